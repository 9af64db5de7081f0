"""underthesea's shipped files -> `crf.Segmenter`: read once, the weights regrouped by n-gram.

Files of an unknown form are refused (`UnknownFormError`): the caller then asks underthesea itself.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import joblib

from analysis.words.crf import ENDS, PAIRS, SPANS, TEMPLATES, TRIPLES, Exact, Segmenter, Weights
from analysis.words.crf_file import UnknownFormError, read_weights

MODEL: Final = "pipeline/word_tokenize/models/ws_crf_vlsp2013_20230727"
#: The source files whose behaviour is reproduced here, by digest: other contents mean other rules, hence a fall-back.
SOURCES: Final[Mapping[str, str]] = {
    "pipeline/word_tokenize/regex_tokenize.py": "5cb4fdc04fc806ac51842d9ec96834e9647262361bf865bacc164e96dc898a76",
    "pipeline/word_tokenize/__init__.py": "65b26025dfd44e2e1ddb03b98b1a25a26fe703596b22730e0c16f79a7f0fbb5d",
    "pipeline/text_normalize/token_normalize.py": "e3dfaccc016417d181260234db2573f2c2c349e403e6566d9f35022633d9c50e",
    "pipeline/text_normalize/character_normalize.py": (
        "f10727cca09ec90c88abaaa6b697ad3a1205ab783066ad0b59fa31ecdaa792d1"
    ),
    "models/fast_crf_sequence_tagger.py": "2f7dba214c3e4ea31221a328e759c5a11deff902c9768581a061e8a4a28d8762",
}


def package_folder() -> Path:
    """Where underthesea lives, without importing it (its import alone takes 0.7 s and 60 MB)."""
    spec = find_spec("underthesea")
    if spec is None or not spec.submodule_search_locations:
        raise UnknownFormError("underthesea is not installed")
    return Path(spec.submodule_search_locations[0])


def read_pattern(source: str) -> re.Pattern[str]:
    """The tokenizer's regular expression: the module's assignments are evaluated, its imports are not."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if isinstance(node, ast.Assign)]
    names: dict[str, object] = {"re": re}
    exec(compile(tree, "regex_tokenize", "exec"), names)  # noqa: S102  the digest of the source is checked before
    pattern = names.get("patterns")
    if not isinstance(pattern, re.Pattern):
        raise UnknownFormError("the tokenizer has no pattern")
    return pattern


def load(folder: Path | None = None) -> Segmenter:
    """Reads underthesea's files; `UnknownFormError` where they are not those this module knows."""
    folder = folder or package_folder()
    try:
        sources = {name: (folder / name).read_bytes() for name in SOURCES}
        for name, digest in SOURCES.items():
            if hashlib.sha256(sources[name]).hexdigest() != digest:
                raise UnknownFormError(f"{name} is another version")
        model = folder / MODEL
        weights, steps = read_weights((model / "models.bin").read_bytes())
        templates, dictionary = joblib.load(model / "features.bin"), joblib.load(model / "dictionary.bin")
        rules = joblib.load(folder / "pipeline/text_normalize/tn_rules_2023_07_14.bin")
    except OSError as error:
        raise UnknownFormError(str(error)) from error
    if tuple(templates) != TEMPLATES:
        raise UnknownFormError("other features")
    pattern = read_pattern(sources["pipeline/word_tokenize/regex_tokenize.py"].decode())
    entries = frozenset(dictionary)
    return _regroup(pattern, rules, weights, steps, Exact(model, entries))


def _regroup(
    pattern: re.Pattern[str],
    rules: Mapping[str, Mapping[str, str]],
    weights: Mapping[str, float],
    steps: tuple[float, float, float, float],
    exact: Exact,
) -> Segmenter:
    """Sorts the weights by n-gram: what one look-up of a pair or triple is worth at every offset."""
    dictionary = exact.dictionary
    get = weights.get

    def known(spans: tuple[str, ...], suffix: str, value: str) -> Weights:
        return tuple(get(f"T{span}{suffix}={value}", 0.0) for span in spans)

    def grouped(spans: tuple[str, ...], suffix: str) -> dict[str, Weights]:
        heads = tuple(f"T{span}{suffix}=" for span in spans)
        values = {name.partition("=")[2] for name in weights if name.startswith(heads)}
        return {value: known(spans, suffix, value) for value in values}

    no_pair = known(PAIRS, ".is_in_dict", "False")
    twos = {entry for entry in dictionary if entry.count(" ") == 1}
    threes = frozenset(entry for entry in dictionary if entry.count(" ") == 2)
    in_dictionary = _minus(known(PAIRS, ".is_in_dict", "True"), no_pair)
    lower_pairs = dict.fromkeys(twos, in_dictionary)
    for pair, value in grouped(PAIRS, ".lower").items():
        lower_pairs[pair] = _minus(value, no_pair) if pair in twos else value
    no_triple = known(TRIPLES, ".is_in_dict", "False")
    known_triples = dict.fromkeys(threes, _minus((0.0,) * len(no_triple), no_triple))
    pairs, triples = grouped(PAIRS, ""), grouped(TRIPLES, "")
    titles = [[get(f"T{span}.istitle={value}", 0.0) for value in (True, False)] for span in ("[0,1]", "[0,2]")]
    suffixes = ("", ".lower", ".isdigit", ".istitle", ".is_in_dict")
    edges = tuple(
        (
            ends,
            sum(get(f"T{span}{suffix}=BOS", 0.0) for suffix in suffixes),
            sum(get(f"T{span}{suffix}=EOS", 0.0) for suffix in suffixes),
        )
        for span, ends in zip(SPANS, ENDS, strict=True)
    )
    return Segmenter(
        pattern=pattern,
        spellings=rules["token"],
        odd_characters=rules["character"],
        dictionary=dictionary,
        weights=weights,
        steps=steps,
        pairs={pair: value for pair, value in pairs.items() if pair != pair.lower()},
        lower_pairs=lower_pairs,
        small_pairs=_summed(lower_pairs, pairs),
        triples={triple: value for triple, value in triples.items() if triple != triple.lower()},
        small_triples=_summed(known_triples, triples),
        threes=threes,
        starts=frozenset(entry.lower().rpartition(" ")[0] for entry in (*threes, *triples)),
        no_pair=no_pair,
        no_triple=no_triple,
        titles=((titles[0][0] - titles[0][1], titles[1][0] - titles[1][1]), (titles[0][1], titles[1][1])),
        edges=edges,
        exact=exact,
    )


def _minus(one: Weights, other: Weights) -> Weights:
    return tuple(a - b for a, b in zip(one, other, strict=True))


def _summed(one: Mapping[str, Weights], other: Mapping[str, Weights]) -> dict[str, Weights]:
    """The entries without capitals of both tables, added up where both have one."""
    summed = {name: value for name, value in one.items() if name == name.lower()}
    for name, value in other.items():
        if name == name.lower():
            summed[name] = tuple(map(sum, zip(value, summed[name], strict=True))) if name in summed else value
    return summed
