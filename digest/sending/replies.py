"""What an SMTP reply that says no is about: us, the reader, or this mail. Pure: code, text and stage in, verdict out.

The enhanced code (RFC 3463, 5248, and those the large providers add) decides where it is a telling one. Where it is
vague or missing, the words that servers use decide, then the three digits and the stage. Cautious: what may be about us
is not held against a reader, and what is temporary is never final.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

Stage = Literal["MAIL", "RCPT", "DATA", "END"]  #: the command that was refused; END is the dot behind the mail
Fault = Literal["us", "reader", "message"]
#: What is wrong, in one word -> whose fault that is.
FAULTS: Final[dict[str, Fault]] = {
    "listed": "us",  # our address on the network or our domain is on a block list, or of bad repute
    "identity": "us",  # SPF, DKIM, DMARC, reverse DNS, HELO
    "limit": "us",  # too much mail of us for now
    "relay": "us",  # it does not pass mail on for us
    "sender": "us",  # our sender or login
    "policy": "us",  # refused without a nearer reason
    "server": "us",  # it cannot take any mail, or does not understand us
    "busy": "reader",  # later, for this mailbox: greylisting and the like
    "full": "reader",
    "gone": "reader",  # unknown, disabled, closed to us
    "large": "message",
    "content": "message",
}
_CODE: Final = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})(?!\d|\.\d)")
_ADDRESS: Final = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
#: Subject and detail of a telling enhanced code. What is not here is vague.
_TELLING: Final = {
    **dict.fromkeys([(1, n) for n in (1, 2, 3, 4, 6, 10)], "gone"),
    **dict.fromkeys([(1, 7), (1, 8)], "sender"),
    (2, 1): "gone", (2, 2): "full", (2, 3): "large", (2, 4): "gone",
    **dict.fromkeys([(3, n) for n in (1, 2, 3, 5)], "server"), (3, 4): "large",
    **dict.fromkeys([(4, n) for n in (1, 4, 6, 7, 14, *range(300, 320))], "gone"),  # the way to the reader's domain
    (4, 2): "server", (4, 3): "server", (4, 5): "limit",
    (6, 7): "gone",
    **dict.fromkeys([(7, n) for n in (2, 12, 17, 18, 19, *range(120, 140))], "gone"),  # closed to senders outside
    **dict.fromkeys([(7, n) for n in (*range(20, 28), 29, 509, 511, 515)], "identity"),
    **dict.fromkeys([(7, n) for n in (8, 11, 13, 14, 57, 60, 64)], "sender"),
    **dict.fromkeys([(7, n) for n in (*range(606, 650), 703, 705, 708, 750)], "listed"),
    (7, 16): "large", (7, 28): "limit",
}  # fmt: skip
#: What a vague enhanced code is about by its subject.
_SUBJECT: Final = {1: "gone", 2: "gone", 3: "server", 4: "server", 5: "server", 6: "content", 7: "policy"}
#: About the server, the login or the talk, whatever the stage.
_SERVER_CODES: Final = frozenset({421, 454, 500, 502, 503, 521, 538})
_LOGIN_CODES: Final = frozenset({530, 534, 535})

_WHO: Final = "(?:mail ?box|inbox|account|user|recipient|address|hộp thư|hòm thư|tài khoản|địa chỉ)"
#: Words by what they are about, in this order: what names its cause goes before what many servers say of everything.
_SAID: Final = (
    ("busy", ("gr[ae]y-? ?list", "postgrey")),
    (
        "gone",
        (r"resolver\.rst", "restricted (?:recipient|group|mail ?box)", "only accepts (?:e-?mails?|messages) from"),
    ),
    ("relay", (r"\brelay(?:ing|ed)?\b", "rcpthosts", "chuyển tiếp")),
    (
        "limit",
        (
            *("rate[- ]?limit", "throttl", "frequency", "sending (?:limit|quota|rate)"),
            "(?:daily|hourly|per (?:day|hour|minute)).{0,40}(?:limit|quota|maximum)",
            "(?:limit|quota|maximum).{0,40}(?:daily|hourly|per (?:day|hour|minute))",
            r"(?:too (?:many|much)|exceed\w*|limit (?:of|on)|max\w* (?:number of)?).{0,30}"
            r"\b(?:e-?mails?|messages|mails?|connections|sessions|recipients|errors)\b(?! size)",
            *("vượt (?:quá )?(?:giới hạn|hạn mức|số (?:lượng|thư))", "quá nhiều (?:thư|kết nối|người nhận)"),
        ),
    ),
    (
        "listed",
        (
            *("(?:black|block|deny|bad|spam|realtime|real-time)[- ]?list", r"\blisted\b", r"\b(?:dns|r)bl\b"),
            *("spamhaus", "spamcop", "sorbs", "barracuda", "uceprotect", "abuseat", "reputation", "client host"),
            *(r"your (?:ip|host|server|network|domain)\b", r"\bbanned\b", r"\bblocked (?:by|using|for)"),
            *(r"(?:ip|host|network|address) .{0,40}\bblocked", "danh sách (?:đen|chặn)", "bị chặn"),
        ),
    ),
    (
        "identity",
        (
            *(r"\b(?:spf|dkim|dmarc|rdns|ptr|helo|ehlo)\b", "unauthenticated", "not authenticated"),
            *("reverse (?:dns|host|lookup)", "spoof", "forged", "sender policy", "xác thực"),
        ),
    ),
    (
        "sender",
        (
            "(?:sender|from address|mail from|người gửi).{0,40}(?:reject|refus|denied|not allowed|invalid|unknown|verif"
            "|not exist|not found|blocked|từ chối|không hợp lệ)",
            *("(?:invalid|unknown|unverified) sender", r"auth\w* required"),
        ),
    ),
    (
        "large",
        (
            *("too (?:large|big)", "(?<!box )size.{0,30}(?:exceed|limit|maximum|too)"),
            *(r"(?:exceed|maximum|max\b|limit).{0,40}(?<!box )\bsize", "quá lớn", "kích thước"),
        ),
    ),
    (
        "content",
        (
            *("virus", "malware", "trojan", "phishing", "attachment", "(?:message|mail) content", "its content"),
            *("tệp đính kèm", "mã độc"),
        ),
    ),
    (
        "full",
        (
            *("over ?quota", "quota.{0,20}exceed", "exceed.{0,30}(?:quota|storage|disk)", "mailbox size"),
            *(rf"{_WHO}.{{0,30}}(?:\bfull\b|đầy)", r"\bfull (?:mail ?box|inbox)", "hết dung lượng"),
        ),
    ),
    (
        "server",
        (
            *("service (?:is )?(?:currently |temporarily )?(?:un|not )available", "no service", "try again later"),
            *("system (?:error|resources|storage)", "(?:configuration|internal|local) error"),
        ),
    ),
    (
        "gone",
        (
            *(f"(?:unknown|no such|no|invalid|bad|non-?existent) {_WHO}", "not exist", "no such", "không tồn tại"),
            f"{_WHO}.{{0,60}}(?:unknown|unavailable|disabled|inactive|not active|suspended|closed|expired|deactivated"
            "|locked|not (?:found|valid|exist|a known|local|our)|(?:does|is)n['’]t|no longer"
            "|không (?:có|hợp lệ|hoạt động)|bị (?:khóa|khoá)|ngừng)",
        ),
    ),
)
_WORDS: Final = tuple((kind, re.compile("|".join(ways), re.IGNORECASE)) for kind, ways in _SAID)
#: About us where nothing nearer is said: always, and before the server has seen the mail.
_REFUSES_US: Final = re.compile(
    r"polic(?:y|ies)|not (?:authorized|allowed)|access denied|\bblocked\b|prohibited|service refused|chính sách",
    re.IGNORECASE,
)
_SUSPECTS_US: Final = re.compile(r"spam|junk|unsolicited|\bbulk\b|dynamic ip|thư rác", re.IGNORECASE)


class Verdict(NamedTuple):
    """What a reply is about (a key of FAULTS), and whether this mail is refused for good."""

    kind: str
    final: bool

    @property
    def fault(self) -> Fault:
        """Whose it is."""
        return FAULTS[self.kind]


def judge(stage: Stage, code: int, text: str) -> Verdict:
    """The one verdict on a reply that is no success; `code` may be any number a broken server says."""
    found = _CODE.search(text)
    subject, detail = (int(found[2]), int(found[3])) if found else (0, 0)
    kind = _kind(stage, code, subject, detail, _ADDRESS.sub(" ", text[:2000]))
    final = 500 <= code < 600 and not (found and found[1] == "4") and FAULTS[kind] != "us" and kind != "busy"
    return Verdict(kind, final)


def _kind(stage: Stage, code: int, subject: int, detail: int, words: str) -> str:
    telling = _TELLING.get((subject, detail), "")
    said = next((kind for kind, pattern in _WORDS if pattern.search(words)), "")
    if stage == "MAIL":  # nobody but us has been named yet
        if "large" in (telling, said) or (
            code == 552 and not telling and subject not in (1, 7) and FAULTS.get(said) != "us"
        ):
            return "large"
        about_us = telling if FAULTS.get(telling) == "us" else said if FAULTS.get(said) == "us" else ""
        return about_us or ("server" if code in _SERVER_CODES or code < 500 or subject == 3 else "sender")
    if subject == 4 and FAULTS.get(telling) == "reader" and FAULTS.get(said) == "us":  # what is in the way is said
        return said
    if telling:
        return "busy" if telling == "gone" and detail == 1 and subject == 2 and code < 500 else telling
    if not 400 <= code < 600 or code in _SERVER_CODES:
        return said if FAULTS.get(said) == "us" else "server"
    if code in _LOGIN_CODES:
        return "sender"
    if said:
        return said
    if subject:
        return _SUBJECT.get(subject, "policy")
    if code == 552:
        return "full" if stage == "RCPT" else "large"
    if code in (452, 555):
        return "server"
    if _REFUSES_US.search(words) or (stage == "RCPT" and _SUSPECTS_US.search(words)):
        return "policy"
    return "busy" if code < 500 else "gone" if stage == "RCPT" else "content"
