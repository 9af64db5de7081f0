"""`diembao deadline` against dates worked out by hand from the clauses and the calendar on the wall."""

from __future__ import annotations

import json

import pytest

from cli import main

# kind, the clock started, the rule that applies, last day (or instant), last day but for a day off, confirmed or not.
# 2025: 26/4 Saturday worked, 30/4–2/5 off. 2026: 1–2/1 off, 10/1 Saturday worked, 16–20/2 Tết, 26/4 Sunday and so 27/4
# off, 30/4–1/5, 22/8 Saturday worked for 31/8, 1–2/9, 24/11. 2027: 1/1, 4–10/2 Tết, 16/4, 30/4, 3/5, 2–3/9, 24/11.
CASES = """
press_request   2026-07-01T08:00+07:00    press_request  2026-07-31
press_request   2026-07-01T23:30+07:00    press_request  2026-07-31
press_request   2026-07-02T01:00+09:00    press_request  2026-07-31
press_request   2026-07-02T08:00+07:00    press_request  2026-08-03  2026-08-01
press_request   2026-07-03T08:00+07:00    press_request  2026-08-03  2026-08-02
press_request   2026-07-04T08:00+07:00    press_request  2026-08-03
press_request   2026-07-23T08:00+07:00    press_request  2026-08-22
press_request   2026-07-24T08:00+07:00    press_request  2026-08-24  2026-08-23
press_request   2026-07-30T10:00+07:00    press_request  2026-09-03  2026-08-29
press_request   2026-07-31T10:00+07:00    press_request  2026-09-03  2026-08-30
press_request   2026-08-01T10:00+07:00    press_request  2026-09-03  2026-08-31
press_request   2026-08-02T10:00+07:00    press_request  2026-09-03  2026-09-01
press_request   2026-08-03T10:00+07:00    press_request  2026-09-03  2026-09-02
press_request   2026-08-04T10:00+07:00    press_request  2026-09-03
press_request   2026-08-31T23:59:59+07:00 press_request  2026-09-30
press_request   2026-09-30T00:00+07:00    press_request  2026-10-30
press_request   2026-10-25T09:00+07:00    press_request  2026-11-25  2026-11-24
press_request   2026-11-28T09:00+07:00    press_request  2026-12-28
press_request   2026-12-01T09:00+07:00    press_request  2026-12-31
press_request   2026-12-02T09:00+07:00    press_request  2027-01-04  2027-01-01  no
press_request   2026-12-31T09:00+07:00    press_request  2027-02-01  2027-01-30  no
press_request   2027-01-05T09:00+07:00    press_request  2027-02-11  2027-02-04  no
press_request   2027-01-11T09:00+07:00    press_request  2027-02-11  2027-02-10  no
press_request   2027-01-12T09:00+07:00    press_request  2027-02-11  2027-02-11  no
press_request   2027-01-30T09:00+07:00    press_request  2027-03-01  2027-03-01  no
press_request   2027-01-31T09:00+07:00    press_request  2027-03-02  2027-03-02  no
press_request   2027-03-17T09:00+07:00    press_request  2027-04-19  2027-04-16  no
press_request   2027-03-31T09:00+07:00    press_request  2027-05-04  2027-04-30  no
press_request   2027-04-01T09:00+07:00    press_request  2027-05-04  2027-05-01  no
press_request   2028-01-30T09:00+07:00    press_request  2028-02-29  2028-02-29  no
press_request   2026-06-30T17:00:00Z      press_request  2026-07-31
press_request   2026-06-30T16:59:59Z      old_request    2026-07-30
press_request   2026-06-30T10:00+07:00    old_request    2026-07-30
old_request     2026-07-01T10:00+07:00    press_request  2026-07-31
old_request     2025-03-27T10:00+07:00    old_request    2025-04-26
old_request     2025-03-31T10:00+07:00    old_request    2025-05-05  2025-04-30
old_request     2025-04-02T10:00+07:00    old_request    2025-05-05  2025-05-02
old_request     2025-12-02T10:00+07:00    old_request    2026-01-05  2026-01-01
old_request     2025-12-03T10:00+07:00    old_request    2026-01-05  2026-01-02
old_request     2025-12-11T10:00+07:00    old_request    2026-01-10
old_request     2026-01-15T10:00+07:00    old_request    2026-02-23  2026-02-14
old_request     2026-01-17T10:00+07:00    old_request    2026-02-23  2026-02-16
old_request     2026-03-27T10:00+07:00    old_request    2026-04-28  2026-04-26
old_request     2026-03-31T10:00+07:00    old_request    2026-05-04  2026-04-30
old_request     2026-04-01T10:00+07:00    old_request    2026-05-04  2026-05-01
old_request     2026-05-31T10:00+07:00    old_request    2026-06-30
old_request     2026-06-01T10:00+07:00    old_request    2026-07-01
feedback        2026-06-30T10:00+07:00    old_feedback   2026-07-15
old_feedback    2026-02-01T10:00+07:00    old_feedback   2026-02-23  2026-02-16
old_feedback    2026-04-12T10:00+07:00    old_feedback   2026-04-28  2026-04-27
old_feedback    2026-04-15T10:00+07:00    old_feedback   2026-05-04  2026-04-30
old_feedback    2026-06-27T10:00+07:00    old_feedback   2026-07-13  2026-07-12
old_feedback    2026-07-01T10:00+07:00    feedback       2026-07-22
feedback        2026-07-01T08:00+07:00    feedback       2026-07-22
feedback        2026-07-04T08:00+07:00    feedback       2026-07-24
feedback        2026-07-31T23:59:59+07:00 feedback       2026-08-21
feedback        2026-08-14T08:00+07:00    feedback       2026-09-08
feedback        2026-08-22T08:00+07:00    feedback       2026-09-16
feedback        2026-08-28T08:00+07:00    feedback       2026-09-23
feedback        2026-09-01T08:00+07:00    feedback       2026-09-23
feedback        2026-11-09T08:00+07:00    feedback       2026-12-01
feedback        2026-12-10T08:00+07:00    feedback       2026-12-31
feedback        2026-12-11T08:00+07:00    feedback       2027-01-04  2027-01-04  no
feedback        2027-01-20T08:00+07:00    feedback       2027-02-17  2027-02-17  no
feedback        2027-04-12T08:00+07:00    feedback       2027-05-06  2027-05-06  no
complaint       2026-08-14T08:00+07:00    complaint      2026-08-21
complaint       2026-08-17T08:00+07:00    complaint      2026-08-22
complaint       2026-08-27T08:00+07:00    complaint      2026-09-08
complaint       2026-11-20T08:00+07:00    complaint      2026-11-30
complaint       2026-12-31T08:00+07:00    complaint      2027-01-08  2027-01-08  no
complaint       2027-02-03T08:00+07:00    complaint      2027-02-17  2027-02-17  no
complaint       2026-06-30T08:00+07:00    -              -
major_event     2026-07-01T00:00+07:00    major_event    2026-07-02T00:00:00+07:00
major_event     2026-07-10T14:30+07:00    major_event    2026-07-11T14:30:00+07:00
major_event     2026-07-10T07:30:00Z      major_event    2026-07-11T14:30:00+07:00
major_event     2026-09-01T20:00+07:00    major_event    2026-09-02T20:00:00+07:00
major_event     2026-12-31T10:15+07:00    major_event    2027-01-01T10:15:00+07:00
major_event     2026-06-30T23:59:59+07:00 old_event      2026-07-01T23:59:59+07:00
old_event       2026-04-29T22:00+07:00    old_event      2026-04-30T22:00:00+07:00
divided_opinion 2026-08-21T23:00+07:00    divided_opinion 2026-08-22T23:00:00+07:00
divided_opinion 2026-06-15T23:00+07:00    -              -
cross_area      2026-08-21T23:00+07:00    cross_area     -
press_question  2026-08-21T23:00+07:00    press_question -
false_report    2026-08-21T23:00+07:00    false_report   -
ordered         2026-08-21T23:00+07:00    ordered        -
ordered         2025-08-21T23:00+07:00    ordered        -
outlet_publish          2026-08-14T08:00+07:00 outlet_publish          2026-08-27
outlet_publish_weekly   2026-08-14T08:00+07:00 outlet_publish_weekly   2026-09-08
outlet_publish_magazine 2026-08-14T08:00+07:00 outlet_publish_magazine -
outlet_answer           2026-11-09T08:00+07:00 outlet_answer           2026-12-01
outlet_correction       2026-08-29T08:00+07:00 outlet_correction       2026-08-31
outlet_correction_online 2026-08-29T08:00+07:00 outlet_correction_online -
"""
TABLE = [line.split() for line in CASES.strip().splitlines()]


def test_the_table_is_long_enough() -> None:
    assert len({tuple(case[:2]) for case in TABLE}) == len(TABLE) >= 60


@pytest.mark.parametrize("case", TABLE, ids=lambda case: " ".join(case[:2]))
def test_a_deadline_is_the_one_worked_out_by_hand(case: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    kind, start, rule, until, unrolled, confirmed = [*case, *("", "", "")][:6]
    assert main(["deadline", kind, "--from", start, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["rule"] == (None if rule == "-" else rule)
    if until == "-":
        assert (told["until"], told["until_unrolled"], told["confirmed"]) == (None, None, None)
        assert told["why"]
        return
    end = "" if "T" in until else "T23:59:59+07:00"
    assert told["until"] == until + end
    assert told["until_unrolled"] == (unrolled or until) + end
    assert told["confirmed"] == (confirmed != "no")
    assert told["why"] is None


def test_the_answer_has_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    main(["deadline", "feedback", "--from", "2026-07-01T08:00+07:00", "--json"])
    told = json.loads(capsys.readouterr().out)
    contract = ("rule", "clause", "valid_from", "unit", "roll")
    assert [told[key] for key in contract] == ["feedback", "237/2026 Đ18 k3", "2026-07-01", "working_days", False]


def test_a_person_reads_both_dates_the_clause_and_the_doubt(capsys: pytest.CaptureFixture[str]) -> None:
    main(["deadline", "press_request", "--from", "2026-12-02T09:00+07:00"])
    said = capsys.readouterr().out
    words = (
        "2027-01-04 23:59:59",
        "2027-01-01, a day off",
        "237/2026 Đ18 k1",
        "receipt of the request",
        "not confirmed",
    )
    assert [word for word in words if word not in said] == []
    main(["deadline", "ordered", "--from", "2026-12-02T09:00+07:00"])
    assert capsys.readouterr().out.startswith("no date: ordered")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["rumour", "--from", "2026-07-01T08:00+07:00"], "press_request, complaint"),
        (["feedback", "--from", "9999-12-31T23:00+07:00"], "no calendar"),
        (["feedback", "--from", "9999-12-31T23:00+00:00"], "no calendar"),
    ],
)
def test_what_cannot_be_counted_is_one_line(args: list[str], word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", *args]) == 2
    said = capsys.readouterr().err.splitlines()
    assert (len(said), word in said[0]) == (1, True), said
