"""A packed frame comes back as it was, and gives the same board to the last decimal."""

from __future__ import annotations

import dataclasses
import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest

from analysis.engine import FrameError, score_board
from analysis.engine.frames import check, digest, pack, unpack
from analysis.types import InputFrame, MemberFrame
from tests.analysis.engine.cast import frame_of, random_frame

FRAMES = [
    frame_of(),
    frame_of(()),
    frame_of(benchmark=None, degraded=("fmp",), overnight=(1.0, float("nan"))),
    random_frame(1500, seed=21),
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{len(frame.members)} names")
def test_a_frame_comes_back_equal(frame: InputFrame) -> None:
    back = unpack(pack(frame))
    for column in dataclasses.fields(MemberFrame):
        np.testing.assert_array_equal(getattr(back.members, column.name), getattr(frame.members, column.name))
    assert back.parameters == frame.parameters
    for field in dataclasses.fields(InputFrame):
        if field.name not in ("members", "parameters"):
            assert repr(getattr(back, field.name)) == repr(getattr(frame, field.name)), field.name


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{len(frame.members)} names")
def test_recomputing_gives_the_same_board(frame: InputFrame) -> None:
    assert score_board(unpack(pack(frame))) == score_board(frame)


def test_a_frame_of_before_confirmations_comes_back_without_a_label() -> None:
    old = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack(frame_of()))) as packed, zipfile.ZipFile(old, "w") as archive:
        for name in packed.namelist():
            if name != "confirmed.npy":
                archive.writestr(name, packed.read(name))
    assert unpack(old.getvalue()).members.confirmed.all()


def test_the_same_frame_gives_the_same_bytes() -> None:
    assert pack(random_frame(200, seed=22)) == pack(random_frame(200, seed=22))
    assert pack(unpack(pack(frame_of()))) == pack(frame_of())


def test_the_bytes_do_not_depend_on_the_process() -> None:
    code = (
        "from tests.analysis.engine.cast import random_frame\n"
        "from analysis.engine.frames import digest, pack\n"
        "print(digest(pack(random_frame(200, seed=22))))"
    )
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert other.stdout.strip() == digest(pack(random_frame(200, seed=22)))


def test_the_width_of_the_text_columns_is_chance_and_not_packed() -> None:
    frame = frame_of()
    wide = dataclasses.replace(frame.members, symbol=frame.members.symbol.astype("U64"))
    assert pack(dataclasses.replace(frame, members=wide)) == pack(frame)


def test_another_price_gives_other_bytes() -> None:
    frame = frame_of()
    moved = dataclasses.replace(frame.members, last=frame.members.last + 0.01)
    assert digest(pack(dataclasses.replace(frame, members=moved))) != digest(pack(frame))


def test_a_day_of_frames_is_small() -> None:
    assert len(pack(random_frame(1500, seed=23))) < 250_000


def test_nothing_in_the_bytes_is_a_pickle() -> None:
    with np.load(io.BytesIO(pack(frame_of())), allow_pickle=False) as arrays:
        assert set(arrays.files) == {"header.json", *MemberFrame.__slots__}
        assert arrays["closes"].shape == (12, 6)


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("last", np.zeros(3), r"column last has shape \(3,\), not \(12,\)"),
        ("closes", np.zeros((12, 5)), r"column closes has shape \(12, 5\), not \(12, 6\)"),
        ("halted", np.zeros(12), "column halted holds float64, not the bool"),
        ("sector", np.array(["energy"] * 12, dtype=object), "column sector holds object, not the text"),
        ("day_open", np.zeros(12, dtype=np.int64), "column day_open holds int64, not the float64"),
    ],
)
def test_a_frame_of_odd_shape_is_refused_by_column(column: str, values: np.ndarray, words: str) -> None:
    frame = frame_of()
    odd = dataclasses.replace(frame, members=dataclasses.replace(frame.members, **{column: values}))
    for refuses in (check, pack, score_board):
        with pytest.raises(FrameError, match=words):
            refuses(odd)


def rewritten(**entries: bytes | None) -> bytes:
    """A packed frame with entries replaced, or left out where None."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pack(frame_of()))) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = entries.get(name.split(".")[0], source.read(name))
            if content is not None:
                archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"no zip",
        rewritten(header=b"{"),
        rewritten(last=None),
        rewritten(last=b"x"),
        rewritten(header=b"{}"),
    ],
)
def test_bytes_that_are_no_frame_are_refused(packed: bytes) -> None:
    with pytest.raises(FrameError, match="no packed input frame"):
        unpack(packed)


def test_another_format_is_refused_by_number() -> None:
    with pytest.raises(FrameError, match="frame format is 99, this version reads 1"):
        unpack(rewritten(header=json.dumps({"format": 99}).encode()))
