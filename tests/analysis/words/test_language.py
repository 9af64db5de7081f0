"""The language of bodies, headlines, mixed text and text without marks."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.words.language import detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mưa lớn gây sạt lở bờ sông ở xã cù lao, mười hộ dân phải di dời trong đêm.", "vi"),
        ("Giá lúa tăng", "vi"),
        ("Sạt lở", "vi"),
        ("Mua lon gay sat lo bo song o xa cu lao, muoi ho dan phai di doi", "vi"),
        ("Gia vang hom nay", "vi"),
        ("VN-Index giảm 12 điểm, khối ngoại bán ròng cổ phiếu FPT, HPG, VNM", "vi"),
        ("The province opened a new bridge on Wednesday after three years of construction.", "en"),
        ("Cần Thơ welcomes visitors to the Ok Om Bok festival and the Ngo boat races in Sóc Trăng", "en"),
        ("Vietnam's rice exports rise", "en"),
        ("Flood warning issued", "en"),
        ("ខេត្តសុកត្រាំងបានរៀបចំពិធីបុណ្យអុំទូក", "km"),
        ("ខេត្ត Sóc Trăng (Việt Nam) រៀបចំពិធីបុណ្យអុំទូកង នៅថ្ងៃទី១៥", "km"),
        ("", "vi"),
        ("2026", "vi"),
        ("២០២៦", "km"),
    ],
)
def test_detect(text: str, language: str) -> None:
    assert detect(text) == language


@given(st.text(max_size=200))
def test_any_text_has_an_answer(text: str) -> None:
    assert detect(text) in {"vi", "km", "en"}


@pytest.mark.shared
def test_real_headlines_and_articles(shared_data: Path) -> None:
    with gzip.open(shared_data / "feeds_2026.jsonl.gz", "rt", encoding="utf-8") as lines:
        titles = [json.loads(line)["title"] for line in lines]
    wrong = [title for title in titles if detect(title) != "vi"]
    assert len(wrong) <= len(titles) * 0.004, wrong[:20]
    khmer = [
        json.loads(line) for line in (shared_data / "gold" / "khmer.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    texts = [str(article.get("text") or article.get("title")) for article in khmer]
    assert [text for text in texts if detect(text) != "km"] == []
