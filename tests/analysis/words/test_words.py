"""The words are underthesea's own, for any text; Khmer and English have their own rules."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.words import crf, crf_load
from analysis.words import segmenter as module
from analysis.words.crf_file import UnknownFormError, read_weights
from analysis.words.khmer import khmer_words
from analysis.words.segmenter import library_words, words
from tests.support import ROOT

SENTENCES = [
    "",
    " ",
    "\n",
    "Anh",
    "BOS EOS BOS",
    "Sáng nay, UBND xã họp bàn việc sửa cầu; bà con rất phấn khởi.",
    "Ông H.V.C. (42 tuổi, ngụ ấp 3) bị phạt 7.500.000 đồng, xe 83A-123.45.",
    "TP.HCM, Tp. Cần Thơ và T.Ư. họp ngày 05/08/2026 lúc 06:45:00",
    "Gọi 0299-3822-123 hay gửi thư tới toasoan@bao.example.vn, xem https://bao.example.vn/tin?id=1&x=(2).",
    "Hoà bình, thuỷ lợi, qủa cam, nghành giáo dục, H'Mông, N’Thôn Hạ, Ðắk Lắk",
    "giá vàng: 1.163 1.688 1.735 1.300 1.600 1.700 và 1.163 1.688 1.735 1.300",
    "vân vân v.v... v.v. -> => ==> .... --- 3x4 :)) =)) :D <3 °C %",
    "cuối câu A.",
    "cuối câu A.\n",
    "cuối câu A.\n\n",
    "cuối câu Tp. :D",
    "Hôm Qua Học Sinh Học Sinh Học học sinh học SINH HỌC",
    "ǅ ß İstanbul Σίσυφος ΑΣ 中文 ⓐ １２ ½ x² ٣",
    "ភាសាខ្មែរ trong bài tiếng Việt",
    "a\u0300 dấu rời: ho\u0323c sinh, nga\u0300y",
    "dòng một\r\n\tdòng hai\u00a0dính\u2003rộng\u200bkhông",
]


@pytest.fixture(scope="module")
def library():
    from underthesea import word_tokenize

    return word_tokenize


def test_the_fast_segmenter_is_in_use():
    assert isinstance(crf_load.load(), crf.Segmenter), "underthesea's files changed: extend crf_load, it fell back"


@pytest.mark.parametrize("text", SENTENCES)
def test_words_equal_the_librarys(library, text):
    assert words(text) == library(text)


LINE = (
    "học sinh Học Sinh của và Sóc Trăng . , ( ) A. Tp. 3.000 12 5/8 v.v. hoà qủa http://a.vn/x a@b.vn X-1 - … “ ” H'M"
    " công an công ty cổ phần đất nước nhân dân BOS EOS 1.1 1.2 1.3 ½ \n :D <3 _ __ a-b- T.Ư 43H-0530 đ Ð ð ͏"
)
PIECES = st.sampled_from(LINE.split(" "))


@given(st.lists(PIECES, max_size=40), st.sampled_from([" ", "", "\n", "  "]))
def test_words_equal_the_librarys_on_mixed_text(pieces, gap):
    from underthesea import word_tokenize

    text = gap.join(pieces)
    assert words(text) == word_tokenize(text)


@given(st.text(max_size=60))
def test_words_equal_the_librarys_on_any_text(text):
    from underthesea import word_tokenize

    assert words(text) == word_tokenize(text)


def test_ties_are_settled_as_the_library_settles_them(library):
    row = " ".join(f"1.{n}" for n in range(100, 160))
    for length in range(2, 60, 7):
        text = " ".join(row.split()[:length])
        assert words(text) == library(text)


def test_long_chunks_take_linear_time():
    start = time.perf_counter()
    found = words("a." * 20_000 + " xong")
    assert time.perf_counter() - start < 3
    assert found[-1] == "xong"
    assert "".join(found[:-1]).replace(" ", "") == "a." * 20_000


def test_the_fall_back_gives_the_same_words_and_survives_long_chunks():
    segment = library_words()
    assert segment(SENTENCES[5]) == words(SENTENCES[5])
    assert "".join(segment("a." * 3_000)).replace(" ", "") == "a." * 3_000


def test_unknown_files_are_refused_and_the_library_takes_over(tmp_path, monkeypatch):
    folder = crf_load.package_folder()
    for name in (*crf_load.SOURCES, f"{crf_load.MODEL}/models.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    with pytest.raises(UnknownFormError):
        crf_load.load(tmp_path)  # the dictionary is missing
    (tmp_path / "models/fast_crf_sequence_tagger.py").write_text("# another version\n")
    with pytest.raises(UnknownFormError, match="another version"):
        crf_load.load(tmp_path)
    monkeypatch.setattr(crf_load, "package_folder", lambda: tmp_path)
    assert module._segmenter()("học sinh đi học") == ["học sinh", "đi", "học"]


@pytest.mark.parametrize("damage", [b"", b"lCRF", b"x" * 100, b"lCRF" + b"\0" * 60])
def test_a_damaged_weight_file_is_an_unknown_form(damage):
    with pytest.raises(UnknownFormError):
        read_weights(damage)


def test_what_is_remembered_stays_bounded(monkeypatch):
    monkeypatch.setattr(crf, "_MAX_REMEMBERED", 50)
    segmenter = crf_load.load()
    for number in range(400):
        segmenter.words(f"từ{number} chữ{number} xong")
    assert len(segmenter.remembered) <= 50
    assert len(segmenter.syllables) <= 50


def test_many_threads_may_ask_first():
    code = (
        "from threading import Thread\n"
        "from analysis.words.segmenter import words\n"
        "text = 'học sinh đi học ' * 50 + ' '.join(f'1.{n}' for n in range(100, 160))\n"
        "found = []\n"
        "threads = [Thread(target=lambda: found.append(words(text))) for _ in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]\n"
        "assert len(found) == 8 and all(one == found[0] for one in found), found\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_threads_share_one_segmenter():
    found: list[object] = []
    threads = [Thread(target=lambda: found.append(module.vietnamese())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(one == found[0] for one in found)


def test_khmer_is_cut_by_words_and_keeps_digits_names_and_signs():
    found = words("ប៉ូលិសបានឃាត់ខ្លួនជនសង្ស័យ ២,៧៤៤នាក់ COVID-19។", "km")
    assert "".join(found) == "ប៉ូលិសបានឃាត់ខ្លួនជនសង្ស័យ២,៧៤៤នាក់COVID-19។"
    assert {"ប៉ូលិស", "ជនសង្ស័យ", "២,៧៤៤", "COVID-19", "។"} <= set(found)


def test_khmer_with_and_without_zero_width_spaces_is_the_same():
    assert khmer_words("ប៉ូលិស\u200bបាន\u200bឃាត់ខ្លួន") == khmer_words("ប៉ូលិសបានឃាត់ខ្លួន")


def test_a_space_always_parts_khmer_words():
    assert "បាន" in khmer_words("បាន ឃាត់ខ្លួន")


@pytest.mark.parametrize("text", ["ក" * 5_000, "្" * 2_000, "ា" * 1_500, "ប៉ូលិស" * 2_000, "\u17d2ក" * 900])
def test_endless_khmer_is_cut_in_bounded_pieces_and_nothing_is_lost(text):
    assert "".join(khmer_words(text)) == text


@given(st.text("កខគ្ា២3a. \u200b៕", max_size=80))
def test_khmer_words_lose_no_letter(text):
    assert "".join(khmer_words(text)) == "".join(text.replace("\u200b", "").split())


def test_english_words():
    assert words("It's 3,000 people in Cần Thơ, 5/8!", "en") == [
        *("It's", "3,000", "people", "in", "Cần", "Thơ", ",", "5/8", "!"),
    ]


@pytest.mark.shared
@pytest.mark.slow
def test_words_equal_the_librarys_on_real_articles_and_are_several_times_faster(shared_data, library):
    articles = []
    with gzip.open(shared_data / "corpora" / "baomoi_fulltext_2017.jsonl.gz", "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % 97 == 11:
                record = json.loads(line)
                articles.append(f"{record['title']}\n{record['text']}")
            if len(articles) == 300:
                break
    fresh, library_time, own_time = crf_load.load(), 0.0, 0.0
    fresh.exact(["1", "2"])  # loading is measured elsewhere
    library("a")
    for start in range(0, len(articles), 20):  # in turns, so that a busy machine slows both
        begun = time.process_time()
        own = [fresh.words(text) for text in articles[start : start + 20]]
        between = time.process_time()
        theirs = [library(text) for text in articles[start : start + 20]]
        own_time, library_time = own_time + between - begun, library_time + time.process_time() - between
        assert own == theirs
    assert library_time / own_time > 3.5, f"only {library_time / own_time:.1f} times faster"
