BEGIN TRANSACTION;
CREATE TABLE archive_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT archive_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "archive_version" VALUES('0004');
CREATE TABLE articles (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	seq INTEGER NOT NULL, 
	url TEXT NOT NULL, 
	link_id INTEGER NOT NULL, 
	outlet VARCHAR(100) NOT NULL, 
	language VARCHAR(2) NOT NULL, 
	title TEXT NOT NULL, 
	lead TEXT NOT NULL, 
	body TEXT NOT NULL, 
	text_sha256 VARCHAR(64) NOT NULL, 
	version INTEGER NOT NULL, 
	published_at DATETIME, 
	published_raw TEXT DEFAULT ('') NOT NULL, 
	date_source VARCHAR(16) DEFAULT ('') NOT NULL, 
	dated_at DATETIME NOT NULL, 
	section TEXT DEFAULT ('') NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	vanished_at DATETIME, 
	relevance VARCHAR(8) NOT NULL, 
	relevance_score FLOAT NOT NULL, 
	relevance_evidence TEXT NOT NULL, 
	tone INTEGER, 
	tone_score FLOAT NOT NULL, 
	tone_evidence TEXT NOT NULL, 
	model VARCHAR(100) NOT NULL, 
	fingerprint BLOB, 
	story_id INTEGER, 
	reprint_of INTEGER, 
	needs_group BOOLEAN NOT NULL, dateline TEXT DEFAULT ('') NOT NULL, 
	CONSTRAINT fk_articles_reprint_of FOREIGN KEY(reprint_of) REFERENCES articles (id), 
	CONSTRAINT fk_articles_story_id FOREIGN KEY(story_id) REFERENCES stories (id), 
	CONSTRAINT uq_articles_url UNIQUE (url)
);
INSERT INTO "articles" VALUES(1,5,'https://bao-mot.vn/bai-1.html',1,'bao-mot','vi','Bài 1','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai, sửa lại.','3850e0de9967a8bf55ac684d923effbad8e5ca847d2551c1623e3cc83540bbfa',2,'2026-08-05 00:00:00.000000','2026-08-05T07:00:00+07:00','meta','2026-08-05 00:00:00.000000','','2026-08-05 00:00:00.000000','2026-08-05 07:00:00.000000',NULL,'focus',0.9,'["xã Lịch Hội Thượng"]',-1,0.7,'["thiệt hại"]','m1',NULL,1,NULL,0,'');
INSERT INTO "articles" VALUES(2,8,'https://bao-mot.vn/bai-2.html',2,'bao-mot','vi','Bài 2','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai.','216c6f81325044778bff466b52ff7d09e5d9301eefb625808112a87da66efc71',1,'2026-08-04 22:00:00.000000','2026-08-05T07:00:00+07:00','meta','2026-08-04 22:00:00.000000','','2026-08-05 00:00:00.000000','2026-08-05 00:00:00.000000',NULL,'focus',0.9,'["xã Lịch Hội Thượng"]',-1,0.7,'["thiệt hại"]','m1',NULL,1,NULL,0,'');
INSERT INTO "articles" VALUES(3,9,'https://bao-mot.vn/bai-3.html',3,'bao-mot','vi','Bài 3','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai.','0c44c410a12b51303ccde466127a605f84905684f1b87d48164e73f177703ca4',1,'2026-08-04 21:00:00.000000','2026-08-05T07:00:00+07:00','meta','2026-08-04 21:00:00.000000','','2026-08-05 00:00:00.000000','2026-08-05 04:00:00.000000',NULL,'focus',0.9,'["xã Lịch Hội Thượng"]',1,1.0,'[]','m1',NULL,3,NULL,0,'');
CREATE TABLE corrections (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	article_id INTEGER NOT NULL, 
	field VARCHAR(16) NOT NULL, 
	"before" TEXT, 
	"after" TEXT, 
	said TEXT NOT NULL, 
	who TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	undone_at DATETIME, 
	CONSTRAINT fk_corrections_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
INSERT INTO "corrections" VALUES(1,3,'tone','-1','1','{"value":-1,"score":0.7,"evidence":["thiệt hại"]}','Lan','2026-08-05 04:00:00.000000',NULL);
CREATE TABLE counters (
	name VARCHAR(32) NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_counters PRIMARY KEY (name)
);
INSERT INTO "counters" VALUES('articles',9);
CREATE TABLE edition_articles (
	edition_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	article_id INTEGER NOT NULL, 
	story_id INTEGER, 
	CONSTRAINT pk_edition_articles PRIMARY KEY (edition_id, position), 
	CONSTRAINT fk_edition_articles_article_id FOREIGN KEY(article_id) REFERENCES articles (id), 
	CONSTRAINT fk_edition_articles_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id) ON DELETE CASCADE, 
	CONSTRAINT fk_edition_articles_story_id FOREIGN KEY(story_id) REFERENCES stories (id)
);
INSERT INTO "edition_articles" VALUES(1,0,1,1);
INSERT INTO "edition_articles" VALUES(1,1,3,3);
CREATE TABLE editions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	subscription_id INTEGER NOT NULL, 
	period_start DATETIME NOT NULL, 
	period_end DATETIME NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	message_id TEXT NOT NULL, 
	subject TEXT DEFAULT ('') NOT NULL, 
	message BLOB NOT NULL, 
	basis TEXT, 
	composed_at DATETIME NOT NULL, 
	claimed_at DATETIME, 
	claimed_by TEXT DEFAULT ('') NOT NULL, 
	sending_started_at DATETIME, 
	sent_at DATETIME, 
	attempts INTEGER DEFAULT 0 NOT NULL, 
	error TEXT DEFAULT ('') NOT NULL, 
	permanent BOOLEAN DEFAULT 0 NOT NULL, 
	next_try DATETIME, 
	superseded_by INTEGER, 
	CONSTRAINT ck_editions_state CHECK (state IN ('composed', 'claimed', 'sent', 'failed', 'unknown')), 
	CONSTRAINT ck_editions_period CHECK (period_start < period_end), 
	CONSTRAINT fk_editions_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscriptions (id), 
	CONSTRAINT fk_editions_superseded_by FOREIGN KEY(superseded_by) REFERENCES editions (id), 
	CONSTRAINT uq_editions_message_id UNIQUE (message_id), 
	CONSTRAINT uq_editions_subscription_id_period_end UNIQUE (subscription_id, period_end)
);
INSERT INTO "editions" VALUES(1,1,'2026-08-04 00:00:00.000000','2026-08-05 03:00:00.000000','sent','<1@example.vn>','Điểm báo',X'785E732BCACFB55248E4E2CACD2F0100184E03B4','{"models":["m1"]}','2026-08-05 03:00:00.000000','2026-08-05 03:00:00.000000','here:1','2026-08-05 03:00:00.000000','2026-08-05 03:00:00.000000',1,'',0,NULL,NULL);
INSERT INTO "editions" VALUES(2,1,'2026-08-05 03:00:00.000000','2026-08-06 03:00:00.000000','composed','<2@example.vn>','Điểm báo',X'785E732BCACFB55248E4E2CA48CC040018180396',NULL,'2026-08-06 03:00:00.000000',NULL,'',NULL,NULL,0,'',0,NULL,NULL);
CREATE TABLE feeds (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	url TEXT NOT NULL, 
	outlet VARCHAR(100) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	links TEXT DEFAULT ('') NOT NULL, 
	in_use BOOLEAN NOT NULL, 
	etag TEXT DEFAULT ('') NOT NULL, 
	last_modified TEXT DEFAULT ('') NOT NULL, 
	sha256 TEXT DEFAULT ('') NOT NULL, 
	last_asked DATETIME, 
	last_ok DATETIME, 
	last_new DATETIME, 
	next_due DATETIME NOT NULL, 
	failures INTEGER DEFAULT 0 NOT NULL, 
	outcome VARCHAR(8) DEFAULT ('') NOT NULL, 
	reason TEXT DEFAULT ('') NOT NULL, 
	status INTEGER, 
	since DATETIME, decided VARCHAR(8) DEFAULT '' NOT NULL, decided_by TEXT DEFAULT ('') NOT NULL, decided_at DATETIME, note TEXT DEFAULT ('') NOT NULL, 
	CONSTRAINT uq_feeds_url UNIQUE (url)
);
INSERT INTO "feeds" VALUES(1,'https://bao-mot.vn/rss','bao-mot','feed','',1,'','','',NULL,NULL,NULL,'2026-08-05 00:00:00.000000',0,'','',NULL,NULL,'','',NULL,'');
INSERT INTO "feeds" VALUES(2,'https://bao-hai.vn/','bao-hai','section','h3 a',1,'','','',NULL,NULL,NULL,'2026-08-05 00:00:00.000000',0,'','',NULL,NULL,'','',NULL,'a web page instead of a feed');
CREATE TABLE leases (
	name VARCHAR(32) NOT NULL, 
	holder TEXT NOT NULL, 
	beat INTEGER NOT NULL, 
	taken_at DATETIME NOT NULL, 
	renewed_at DATETIME NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (name)
);
CREATE TABLE links (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	url TEXT NOT NULL, 
	served_url TEXT NOT NULL, 
	outlet VARCHAR(100) NOT NULL, 
	feed_id INTEGER, 
	title TEXT DEFAULT ('') NOT NULL, 
	lead TEXT DEFAULT ('') NOT NULL, 
	section TEXT DEFAULT ('') NOT NULL, 
	published_at DATETIME, 
	published_raw TEXT DEFAULT ('') NOT NULL, 
	zone VARCHAR(8) DEFAULT 'none' NOT NULL, 
	first_seen DATETIME NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	due_at DATETIME NOT NULL, 
	reason TEXT DEFAULT ('') NOT NULL, 
	status INTEGER, 
	attempts INTEGER DEFAULT 0 NOT NULL, 
	tried_at DATETIME, 
	reads INTEGER DEFAULT 0 NOT NULL, 
	first_read_at DATETIME, 
	next_reading DATETIME, 
	etag TEXT DEFAULT ('') NOT NULL, 
	last_modified TEXT DEFAULT ('') NOT NULL, 
	sha256 TEXT DEFAULT ('') NOT NULL, 
	vanished_at DATETIME, 
	article_id INTEGER, 
	analysed_at DATETIME, 
	settled VARCHAR(8), 
	problems TEXT, 
	intact BOOLEAN, decided VARCHAR(8) DEFAULT '' NOT NULL, decided_by TEXT DEFAULT ('') NOT NULL, decided_at DATETIME, 
	CONSTRAINT ck_links_state CHECK (state IN ('due', 'later', 'done', 'never')), 
	CONSTRAINT fk_links_article_id FOREIGN KEY(article_id) REFERENCES articles (id), 
	CONSTRAINT fk_links_feed_id FOREIGN KEY(feed_id) REFERENCES feeds (id), 
	CONSTRAINT uq_links_url UNIQUE (url)
);
INSERT INTO "links" VALUES(1,'https://bao-mot.vn/bai-1.html','https://bao-mot.vn/bai-1.html?rss','bao-mot',1,'Bài 1','','',NULL,'','none','2026-08-05 00:00:00.000000','done','2026-08-05 00:00:00.000000','',200,0,'2026-08-05 07:00:00.000000',2,'2026-08-05 00:00:00.000000',NULL,'','','5a1099d231ff52cc',NULL,1,'2026-08-05 07:00:00.000000','kept','[]',1,'','',NULL);
INSERT INTO "links" VALUES(2,'https://bao-mot.vn/bai-2.html','https://bao-mot.vn/bai-2.html?rss','bao-mot',1,'Bài 2','','',NULL,'','none','2026-08-05 00:00:00.000000','done','2026-08-05 00:00:00.000000','',200,0,'2026-08-05 00:00:00.000000',1,'2026-08-05 00:00:00.000000',NULL,'','','-6ad88b04ca9a2e88',NULL,2,'2026-08-05 00:00:00.000000','kept','[]',1,'','',NULL);
INSERT INTO "links" VALUES(3,'https://bao-mot.vn/bai-3.html','https://bao-mot.vn/bai-3.html?rss','bao-mot',1,'Bài 3','','',NULL,'','none','2026-08-05 00:00:00.000000','done','2026-08-05 00:00:00.000000','',200,0,'2026-08-05 00:00:00.000000',1,'2026-08-05 00:00:00.000000',NULL,'','','e2702201de6d8e4',NULL,3,'2026-08-05 00:00:00.000000','kept','[]',1,'','',NULL);
INSERT INTO "links" VALUES(4,'https://bao-mot.vn/bai-4.html','https://bao-mot.vn/bai-4.html?rss','bao-mot',1,'Bài 4','','',NULL,'','none','2026-08-05 00:00:00.000000','done','2026-08-05 00:00:00.000000','',200,0,'2026-08-05 00:00:00.000000',1,'2026-08-05 00:00:00.000000',NULL,'','','1d67a445f3aa7537',NULL,NULL,'2026-08-05 01:00:00.000000','outside',NULL,NULL,'','',NULL);
INSERT INTO "links" VALUES(5,'https://bao-mot.vn/bai-5.html','https://bao-mot.vn/bai-5.html?rss','bao-mot',1,'Bài 5','','',NULL,'','none','2026-08-05 00:00:00.000000','done','2026-08-05 00:00:00.000000','',200,0,'2026-08-05 00:00:00.000000',1,'2026-08-05 00:00:00.000000',NULL,'','','1d67a445f3aa7537',NULL,NULL,'2026-08-05 01:00:00.000000','never',NULL,0,'','',NULL);
INSERT INTO "links" VALUES(6,'https://bao-mot.vn/bai-6.html','https://bao-mot.vn/bai-6.html?rss','bao-mot',1,'Bài 6','','',NULL,'','none','2026-08-05 00:00:00.000000','done','2026-08-05 00:00:00.000000','',200,0,'2026-08-05 00:00:00.000000',1,'2026-08-05 00:00:00.000000',NULL,'','','1d67a445f3aa7537',NULL,NULL,NULL,NULL,NULL,NULL,'','',NULL);
INSERT INTO "links" VALUES(7,'https://bao-mot.vn/bai-7.html','https://bao-mot.vn/bai-7.html?rss','bao-mot',1,'Bài 7','','',NULL,'','none','2026-08-05 00:00:00.000000','never','2026-08-05 00:00:00.000000','HTTP 410',410,1,'2026-08-05 01:00:00.000000',0,NULL,NULL,'','','',NULL,NULL,NULL,NULL,NULL,NULL,'','',NULL);
CREATE TABLE meta (
	"key" VARCHAR(64) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_meta PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('secret:unsubscribe','QFsKy8KEB10tSFb_dlty9VLlowGT2KXQWQM_u07o56w');
CREATE TABLE notices (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	created_at DATETIME NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT NOT NULL, 
	sending_at DATETIME, 
	sent_at DATETIME, 
	attempts INTEGER DEFAULT (0) NOT NULL, 
	next_try DATETIME, 
	error TEXT DEFAULT ('') NOT NULL
);
INSERT INTO "notices" VALUES(1,'2026-08-05 06:00:00.000000','Báo Một: không đọc được','Báo Một không trả lời.',NULL,'2026-08-05 06:01:00.000000',1,NULL,'');
INSERT INTO "notices" VALUES(2,'2026-08-05 07:00:00.000000','Báo Hai: bị chặn','Báo Hai từ chối.',NULL,NULL,1,'2026-08-05 07:05:00.000000','connection refused');
CREATE TABLE outlets_told (
	outlet VARCHAR(100) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	told_at DATETIME NOT NULL, 
	seen VARCHAR(16) NOT NULL, 
	seen_asked DATETIME, 
	CONSTRAINT pk_outlets_told PRIMARY KEY (outlet)
);
INSERT INTO "outlets_told" VALUES('bao-mot','down','2026-08-05 06:00:00.000000','down','2026-08-05 05:00:00.000000');
CREATE TABLE pages (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	link_id INTEGER NOT NULL, 
	final_url TEXT DEFAULT ('') NOT NULL, 
	status INTEGER NOT NULL, 
	headers TEXT NOT NULL, 
	body BLOB, 
	fetched_at DATETIME NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	state VARCHAR(8) NOT NULL, 
	reason TEXT DEFAULT ('') NOT NULL, 
	settled_at DATETIME, decided VARCHAR(8) DEFAULT '' NOT NULL, decided_by TEXT DEFAULT ('') NOT NULL, decided_at DATETIME, 
	CONSTRAINT ck_pages_state CHECK (state IN ('due', 'done', 'never')), 
	CONSTRAINT fk_pages_link_id FOREIGN KEY(link_id) REFERENCES links (id)
);
INSERT INTO "pages" VALUES(1,1,'https://bao-mot.vn/bai-1.html?rss',200,'{}',X'785EAB562F284DCAC92CCE484D894F2C51B75248492C492DC9CC4DD58331348C0C8CCC74142C74144C74148C8C75140C74144AAA32F3D2F26DE16A411AAAF2F352F54A4B92356B01AB2F1C2C','2026-08-05 00:00:00.000000','-702418a6cfbea0c1','done','','2026-08-05 00:00:00.000000','','',NULL);
INSERT INTO "pages" VALUES(2,2,'https://bao-mot.vn/bai-2.html?rss',200,'{}',X'785EAB562F284DCAC92CCE484D894F2C51B75248492C492DC9CC4DD58331348C0C8CCC74142C74144C74148C8C74140C74144AAA32F3D2F26DE16A411AAAF2F352F54A4B92356B01AB0B1C2B','2026-08-05 00:00:00.000000','-6ad88b04ca9a2e88','done','','2026-08-05 00:00:00.000000','','',NULL);
INSERT INTO "pages" VALUES(3,3,'https://bao-mot.vn/bai-3.html?rss',200,'{}',X'785EAB562F284DCAC92CCE484D894F2C51B75248492C492DC9CC4DD58331348C0C8CCC74142C74144C74148C0C75140C74144AAA32F3D2F26DE16A411AAAF2F352F54A4B92356B01AAE71C2A','2026-08-05 00:00:00.000000','e2702201de6d8e4','done','','2026-08-05 00:00:00.000000','','',NULL);
INSERT INTO "pages" VALUES(4,1,'https://bao-mot.vn/bai-1.html?rss',200,'{}',X'785EAB564FCA4FA954B752503F3221FFE1AE85790AB90F77CF2CD18BC983F133123375148A1FEE5E9BA890035490A9A75E0B008CF118BF','2026-08-05 07:00:00.000000','5a1099d231ff52cc','done','','2026-08-05 07:00:00.000000','','',NULL);
INSERT INTO "pages" VALUES(6,5,'https://bao-mot.vn/bai-5.html?rss',200,'{}',X'785EB329B00B294ACC4BB7D12FB003001A750400','2026-08-05 00:00:00.000000','1d67a445f3aa7537','never','no text was found','2026-08-05 01:00:00.000000','','',NULL);
INSERT INTO "pages" VALUES(7,6,'https://bao-mot.vn/bai-6.html?rss',200,'{}',X'785EB329B00B294ACC4BB7D12FB003001A750400','2026-08-05 00:00:00.000000','1d67a445f3aa7537','due','',NULL,'','',NULL);
CREATE TABLE places (
	article_id INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	code VARCHAR(64) NOT NULL, 
	valid_from VARCHAR(10) NOT NULL, 
	name TEXT NOT NULL, 
	as_written TEXT NOT NULL, 
	evidence TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	in_area BOOLEAN NOT NULL, 
	CONSTRAINT pk_places PRIMARY KEY (article_id, position), 
	CONSTRAINT fk_places_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
INSERT INTO "places" VALUES(2,0,'31699','2025-07-01','Lịch Hội Thượng','Lịch Hội Thượng','unit word',0.9,1);
INSERT INTO "places" VALUES(3,0,'31699','2025-07-01','Lịch Hội Thượng','Lịch Hội Thượng','unit word',0.9,1);
INSERT INTO "places" VALUES(1,0,'31699','2025-07-01','Lịch Hội Thượng','Lịch Hội Thượng','unit word',0.9,1);
CREATE TABLE runs (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	verb VARCHAR(16) NOT NULL, 
	now DATETIME NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME NOT NULL, 
	counts TEXT NOT NULL, 
	error TEXT DEFAULT ('') NOT NULL
);
INSERT INTO "runs" VALUES(1,'collect','2026-08-05 00:00:00.000000','2026-08-05 00:00:00.000000','2026-08-05 00:00:36.000000','{"due":7,"done":6}','');
CREATE TABLE stories (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	title TEXT DEFAULT ('') NOT NULL, 
	first_at DATETIME, 
	last_at DATETIME, 
	merged_into INTEGER, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT fk_stories_merged_into FOREIGN KEY(merged_into) REFERENCES stories (id)
);
INSERT INTO "stories" VALUES(1,'Bài 2','2026-08-04 22:00:00.000000','2026-08-05 00:00:00.000000',NULL,'2026-08-05 02:00:00.000000');
INSERT INTO "stories" VALUES(2,'Bài 2','2026-08-04 22:00:00.000000','2026-08-04 22:00:00.000000',1,'2026-08-05 02:00:00.000000');
INSERT INTO "stories" VALUES(3,'Bài 3','2026-08-04 21:00:00.000000','2026-08-04 21:00:00.000000',NULL,'2026-08-05 02:00:00.000000');
CREATE TABLE story_events (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	at DATETIME NOT NULL, 
	kind VARCHAR(8) NOT NULL, 
	story_id INTEGER NOT NULL, 
	other_id INTEGER NOT NULL, 
	articles TEXT NOT NULL, 
	CONSTRAINT fk_story_events_other_id FOREIGN KEY(other_id) REFERENCES stories (id), 
	CONSTRAINT fk_story_events_story_id FOREIGN KEY(story_id) REFERENCES stories (id)
);
INSERT INTO "story_events" VALUES(1,'2026-08-05 02:00:00.000000','merge',1,2,'[2]');
CREATE TABLE subscriptions (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	email TEXT NOT NULL, 
	email_key TEXT NOT NULL, 
	name TEXT DEFAULT ('') NOT NULL, 
	at VARCHAR(5) NOT NULL, 
	days VARCHAR(8) NOT NULL, 
	topics TEXT NOT NULL, 
	places TEXT NOT NULL, 
	language VARCHAR(2) NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	ended_at DATETIME
);
INSERT INTO "subscriptions" VALUES(1,'Canbo@example.vn','canbo@example.vn','','06:45','daily','["health"]','[]','vi','2026-08-05 00:00:00.000000','2026-08-05 00:00:00.000000',NULL);
INSERT INTO "subscriptions" VALUES(2,'cu@example.vn','cu@example.vn','','07:00','daily','[]','[]','vi','2026-08-05 00:00:00.000000','2026-08-05 01:00:00.000000','2026-08-05 01:00:00.000000');
CREATE TABLE tags (
	article_id INTEGER NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	value VARCHAR(64) NOT NULL, 
	position INTEGER NOT NULL, 
	score FLOAT NOT NULL, 
	evidence TEXT NOT NULL, 
	model VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_tags PRIMARY KEY (article_id, kind, value), 
	CONSTRAINT fk_tags_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE
);
INSERT INTO "tags" VALUES(2,'topic','environment',0,0.8,'["nước mặn"]','m1');
INSERT INTO "tags" VALUES(2,'topic','agriculture',1,0.6,'[]','m1');
INSERT INTO "tags" VALUES(3,'topic','environment',0,0.8,'["nước mặn"]','m1');
INSERT INTO "tags" VALUES(3,'topic','agriculture',1,0.6,'[]','m1');
INSERT INTO "tags" VALUES(1,'topic','environment',0,0.8,'["nước mặn"]','m1');
INSERT INTO "tags" VALUES(1,'topic','agriculture',1,0.6,'[]','m1');
CREATE TABLE versions (
	article_id INTEGER NOT NULL, 
	number INTEGER NOT NULL, 
	page_id INTEGER, 
	title TEXT NOT NULL, 
	lead TEXT NOT NULL, 
	body TEXT NOT NULL, 
	text_sha256 VARCHAR(64) NOT NULL, 
	fetched_at DATETIME NOT NULL, 
	published_at DATETIME, 
	published_raw TEXT DEFAULT ('') NOT NULL, 
	CONSTRAINT pk_versions PRIMARY KEY (article_id, number), 
	CONSTRAINT fk_versions_article_id FOREIGN KEY(article_id) REFERENCES articles (id) ON DELETE CASCADE, 
	CONSTRAINT fk_versions_page_id FOREIGN KEY(page_id) REFERENCES pages (id) ON DELETE SET NULL
);
INSERT INTO "versions" VALUES(1,1,1,'Bài 1','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai.','058a6a9bb8adb834a5222ebc70aef3fa48faafa7aa87c9f5416d4761ac7c500b','2026-08-05 00:00:00.000000','2026-08-04 23:00:00.000000','2026-08-05T07:00:00+07:00');
INSERT INTO "versions" VALUES(2,1,2,'Bài 2','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai.','216c6f81325044778bff466b52ff7d09e5d9301eefb625808112a87da66efc71','2026-08-05 00:00:00.000000','2026-08-04 22:00:00.000000','2026-08-05T07:00:00+07:00');
INSERT INTO "versions" VALUES(3,1,3,'Bài 3','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai.','0c44c410a12b51303ccde466127a605f84905684f1b87d48164e73f177703ca4','2026-08-05 00:00:00.000000','2026-08-04 21:00:00.000000','2026-08-05T07:00:00+07:00');
INSERT INTO "versions" VALUES(1,2,4,'Bài 1','Sáng nay, nước mặn lên cao.','Đoạn một.
Đoạn hai, sửa lại.','3850e0de9967a8bf55ac684d923effbad8e5ca847d2551c1623e3cc83540bbfa','2026-08-05 07:00:00.000000','2026-08-05 00:00:00.000000','2026-08-05T07:00:00+07:00');
CREATE INDEX ix_feeds_due ON feeds (in_use, next_due);
CREATE INDEX ix_feeds_outlet ON feeds (outlet);
CREATE INDEX ix_runs_verb ON runs (verb, id);
CREATE INDEX ix_stories_last ON stories (last_at);
CREATE UNIQUE INDEX uq_subscriptions_active ON subscriptions (email_key) WHERE ended_at IS NULL;
CREATE INDEX ix_articles_dated ON articles (dated_at);
CREATE INDEX ix_articles_fetched ON articles (fetched_at);
CREATE INDEX ix_articles_published ON articles (published_at);
CREATE INDEX ix_articles_reprint ON articles (reprint_of);
CREATE UNIQUE INDEX ix_articles_seq ON articles (seq);
CREATE INDEX ix_articles_story ON articles (story_id);
CREATE INDEX ix_articles_ungrouped ON articles (id) WHERE needs_group = 1;
CREATE INDEX ix_editions_state ON editions (state, next_try);
CREATE INDEX ix_story_events_story ON story_events (story_id);
CREATE INDEX ix_edition_articles_article ON edition_articles (article_id);
CREATE INDEX ix_links_again ON links (next_reading);
CREATE INDEX ix_links_article ON links (article_id);
CREATE INDEX ix_links_due ON links (state, due_at);
CREATE INDEX ix_links_feed ON links (feed_id, first_seen);
CREATE INDEX ix_links_layout ON links (outlet, analysed_at);
CREATE INDEX ix_links_outlet ON links (outlet, first_seen);
CREATE INDEX ix_places_code ON places (code, valid_from, article_id);
CREATE INDEX ix_tags_value ON tags (kind, value, article_id);
CREATE INDEX ix_pages_link ON pages (link_id);
CREATE INDEX ix_pages_state ON pages (state, id);
CREATE INDEX ix_versions_page ON versions (page_id);
CREATE INDEX ix_corrections_article ON corrections (article_id, field);
CREATE INDEX ix_notices_waiting ON notices (next_try);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('feeds',2);
INSERT INTO "sqlite_sequence" VALUES('links',7);
INSERT INTO "sqlite_sequence" VALUES('pages',7);
INSERT INTO "sqlite_sequence" VALUES('articles',3);
INSERT INTO "sqlite_sequence" VALUES('stories',3);
INSERT INTO "sqlite_sequence" VALUES('story_events',1);
INSERT INTO "sqlite_sequence" VALUES('subscriptions',2);
INSERT INTO "sqlite_sequence" VALUES('editions',2);
INSERT INTO "sqlite_sequence" VALUES('runs',1);
INSERT INTO "sqlite_sequence" VALUES('corrections',1);
INSERT INTO "sqlite_sequence" VALUES('notices',2);
COMMIT;
