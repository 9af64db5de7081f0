"""Replies of mail servers: what each is about, whatever the server, and laws that hold for every reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.sending.replies import FAULTS, Stage, judge

#: stage, code, text -> what it is about, for good or not. The forms of servers in use, in our own numbers and names.
REPLIES: list[tuple[Stage, int, str, str, bool]] = [
    # about us: where we stand on the network
    ("RCPT", 550, "5.7.1 Service unavailable, Client host [192.0.2.9] blocked using zen.example.org", "listed", False),
    ("RCPT", 554, "5.7.1 <a@b.vn>: Client host rejected: on our blacklist", "listed", False),
    ("END", 550, "5.7.1 Mail from [192.0.2.9] was not sent: your network is on a block list (S314)", "listed", False),
    ("RCPT", 550, "5.7.606 Access denied, banned sending IP [192.0.2.9]", "listed", False),
    ("END", 554, "Message refused: your IP has a poor reputation", "listed", False),
    ("MAIL", 554, "5.7.1 Service unavailable; [192.0.2.9] listed at bl.example.org", "listed", False),
    ("RCPT", 550, "Địa chỉ IP bị chặn", "listed", False),
    # about us: who we say we are
    ("RCPT", 550, "5.7.23 The message was rejected because of Sender Policy Framework violation", "identity", False),
    ("END", 550, "5.7.26 This mail is unauthenticated, which poses a risk", "identity", False),
    ("END", 550, "5.7.509 Access denied, sending domain b.vn does not pass DMARC verification", "identity", False),
    ("END", 550, "5.7.1 Unauthenticated email from b.vn is not accepted due to its DMARC policy", "identity", False),
    ("RCPT", 550, "5.7.25 The sending IP has no PTR record", "identity", False),
    ("RCPT", 450, "4.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.9]", "identity", False),
    ("RCPT", 550, "Recipient address rejected: SPF check failed", "identity", False),
    ("END", 550, "#5.7.20 No passing DKIM signature", "identity", False),
    # about us: how much we send
    ("END", 550, "5.4.5 Daily user sending limit exceeded", "limit", False),
    ("END", 550, "5.4.5 Daily SMTP relay limit exceeded for user", "limit", False),
    ("RCPT", 554, "5.7.1 You have sent too many messages today", "limit", False),
    ("RCPT", 450, "4.7.1 Error: too much mail from 192.0.2.9", "limit", False),
    ("RCPT", 550, "5.4.6 Daily quota of your account exceeded", "limit", False),
    ("RCPT", 554, "5.4.1 Recipient address rejected: your network is on a block list", "listed", False),
    ("RCPT", 421, "4.7.28 Our system has detected an unusual rate of unsolicited mail", "limit", False),
    ("RCPT", 452, "4.5.3 Too many recipients", "limit", False),
    ("RCPT", 550, "Account b has exceeded the max emails per hour (100/100) allowed", "limit", False),
    ("RCPT", 550, "Tài khoản đã vượt quá giới hạn gửi thư trong ngày", "limit", False),
    ("MAIL", 552, "5.7.0 exceeded sending quota", "limit", False),
    # about us: login, sender, relaying, policy, the server itself
    ("RCPT", 554, "5.7.1 <a@b.vn>: Relay access denied", "relay", False),
    ("RCPT", 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "relay", False),
    ("RCPT", 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relay", False),
    ("RCPT", 530, "5.7.57 Client was not authenticated to send anonymous mail", "sender", False),
    ("MAIL", 553, "5.1.8 <x@b.vn>: Sender address rejected: Domain not found", "sender", False),
    ("RCPT", 450, "4.1.8 <x@b.vn>: Sender address rejected: Domain not found", "sender", False),
    ("MAIL", 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", "sender", False),
    ("RCPT", 550, "5.7.1 Message rejected by local policy", "policy", False),
    ("END", 550, "5.7.1 Our system has detected that this message is likely unsolicited mail", "policy", False),
    ("RCPT", 550, "Access denied", "policy", False),
    ("END", 554, "Message refused by our policy", "policy", False),
    ("END", 554, "5.7.9 Message not accepted for policy reasons", "policy", False),
    ("RCPT", 550, "Connection frequency limited", "limit", False),
    ("END", 550, "5.7.501 Access denied, spam abuse detected", "policy", False),
    ("RCPT", 451, "4.3.5 Server configuration error", "server", False),
    ("RCPT", 452, "4.3.1 Insufficient system storage", "server", False),
    ("RCPT", 421, "4.7.0 Try again later, closing connection", "server", False),
    ("RCPT", 503, "5.5.1 bad sequence of commands", "server", False),
    ("MAIL", 451, "4.3.0 Temporary lookup failure", "server", False),
    # about the reader
    ("RCPT", 550, "5.1.1 The email account that you tried to reach does not exist", "gone", True),
    ("RCPT", 550, "5.1.1 <a@spamhaus.vn>: Recipient address rejected: User unknown in local table", "gone", True),
    ("RCPT", 550, "5.4.1 Recipient address rejected: Access denied", "gone", True),
    ("RCPT", 550, "5.5.0 Requested action not taken: mailbox unavailable", "gone", True),
    ("RCPT", 550, "5.2.1 The email account that you tried to reach is disabled", "gone", True),
    ("RCPT", 550, "5.1.10 RESOLVER.ADR.RecipientNotFound", "gone", True),
    ("END", 550, "5.7.1 RESOLVER.RST.AuthRequired; authentication required", "gone", True),
    ("RCPT", 550, "5.7.133 Sender not authenticated for group", "gone", True),
    ("RCPT", 553, "5.3.0 <relay@b.vn>... No such user here", "gone", True),
    ("RCPT", 450, "4.1.1 <a@b.vn>: Recipient address rejected: unverified address", "gone", False),
    ("RCPT", 550, "Hộp thư không tồn tại", "gone", True),
    ("RCPT", 550, "no", "gone", True),
    ("RCPT", 552, "5.2.2 Mailbox full", "full", True),
    ("RCPT", 452, "4.2.2 The recipient's inbox is out of storage space and inactive", "full", False),
    ("END", 554, "delivery error: Sorry your message cannot be delivered. This mailbox is full", "full", True),
    ("RCPT", 550, "Hòm thư của người nhận đã đầy", "full", True),
    ("RCPT", 450, "4.2.0 <a@b.vn>: Recipient address rejected: Greylisted", "busy", False),
    ("RCPT", 451, "4.7.1 Greylisting in action, please come back later", "busy", False),
    ("RCPT", 450, "4.2.1 The user you are trying to contact is receiving mail too quickly", "busy", False),
    ("RCPT", 450, "mailbox busy", "busy", False),
    # about this mail
    ("MAIL", 552, "5.3.4 Message size exceeds fixed limit", "large", True),
    ("MAIL", 552, "Message size exceeds fixed maximum message size", "large", True),
    ("END", 552, "5.2.3 Message exceeds the recipient's limit", "large", True),
    ("END", 554, "Mail quá lớn", "large", True),
    ("RCPT", 452, "4.3.4 message too big for now", "large", False),
    ("END", 554, "5.6.0 Message contains malformed MIME", "content", True),
    ("END", 554, "5.7.1 The message contains a virus", "content", True),
    ("END", 554, "looks like spam", "content", True),
    # contradictions are never final
    ("RCPT", 550, "4.2.2 mailbox full", "full", False),
    ("RCPT", 450, "5.1.1 user unknown", "gone", False),
]  # fmt: skip


@pytest.mark.parametrize(("stage", "code", "text", "kind", "final"), REPLIES)
def test_what_a_reply_is_about(stage: Stage, code: int, text: str, kind: str, final: bool) -> None:
    assert judge(stage, code, text) == (kind, final)


STAGES = st.sampled_from(["MAIL", "RCPT", "DATA", "END"])
CODES = st.integers(-1, 999) | st.integers(400, 599) | st.sampled_from([421, 450, 452, 550, 552, 554])
ENHANCED = st.builds("{}.{}.{} ".format, st.integers(2, 5), st.integers(0, 9), st.integers(0, 700)) | st.just("")
TEXTS = st.lists(st.sampled_from([text for _, _, text, _, _ in REPLIES]) | st.text(max_size=30), max_size=4).map(
    " ".join
)


@given(STAGES, CODES, ENHANCED, TEXTS)
def test_every_reply_has_one_verdict_and_only_a_refusal_of_the_mail_or_its_reader_is_final(
    stage: Stage, code: int, enhanced: str, text: str
) -> None:
    verdict = judge(stage, code, enhanced + text)
    assert verdict == judge(stage, code, enhanced + text)
    assert verdict.fault == FAULTS[verdict.kind]
    if verdict.final:
        assert 500 <= code < 600
        assert verdict.fault != "us"
        assert not enhanced.startswith("4.") or int(enhanced[2]) > 7
    if stage == "MAIL":
        assert verdict.kind == "large" or verdict.fault == "us"


@given(STAGES, st.integers(500, 599), st.sampled_from(["7.0", "7.1", "7.23", "7.26", "4.5", "7.28", "3.2", "1.8"]))
def test_an_enhanced_code_about_us_is_held_against_no_reader(stage: Stage, code: int, detail: str) -> None:
    assert judge(stage, code, f"5.{detail} no").fault == "us"


@given(st.text(max_size=30), st.sampled_from(["relay", "spf", "listed", "virus", "size-limit-exceeded"]))
def test_an_address_in_a_reply_says_nothing(before: str, name: str) -> None:
    text = f"5.1.0 {before} <{name}@{name}.vn> "
    assert judge("RCPT", 550, text) == judge("RCPT", 550, f"5.1.0 {before} <a@b.vn> ")
