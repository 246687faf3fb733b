"""What we rely on in others: an upgrade that changes it fails here, with a sentence."""

from __future__ import annotations

import io

import numpy as np
import pytest
from mcap.records import Chunk
from mcap.stream_reader import StreamReader
from mcap.writer import CompressionType, Writer
from vqf import VQF

rng = np.random.default_rng(5)
GYR, ACC = rng.normal(size=(1000, 3)), rng.normal(size=(1000, 3)) + [0, 0, 9.8]


def test_vqf_in_chunks_is_vqf_whole_to_the_last_bit() -> None:
    whole = VQF(0.005, tauAcc=2.0).updateBatch(GYR, ACC)["quat6D"]
    filter_ = VQF(0.005, tauAcc=2.0)
    parts = [filter_.updateBatch(GYR[i : i + 7].copy(), ACC[i : i + 7].copy())["quat6D"] for i in range(0, 1000, 7)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_vqf_goes_on_from_its_state_alone() -> None:
    """A saved engine keeps the parameters and the state of VQF and nothing else of it."""
    filter_, copy = VQF(0.005, tauAcc=2.0), VQF(0.005, tauAcc=2.0)
    filter_.updateBatch(GYR, ACC)
    copy.state = filter_.state
    on, on_copy = filter_.updateBatch(GYR, ACC), copy.updateBatch(GYR, ACC)
    np.testing.assert_array_equal(on_copy["quat6D"], on["quat6D"])
    np.testing.assert_array_equal(on_copy["bias"], on["bias"])


def test_vqf_makes_no_correction_on_a_specific_force_of_zero() -> None:
    filter_ = VQF(0.005, tauAcc=2.0)
    filter_.updateBatch(GYR, ACC)
    before = filter_.state
    filter_.updateBatch(GYR, np.zeros((1000, 3)))
    after = filter_.state
    assert after["accQuat"] == before["accQuat"]
    assert after["bias"] == before["bias"]


def test_vqf_state_can_be_set_and_has_the_names_we_set() -> None:
    filter_ = VQF(0.005)
    filter_.updateBatch(GYR, ACC)
    state = filter_.state
    assert {"accQuat", "bias", "accLpState", "lastAccLp"} <= set(state)
    state["accQuat"] = np.array([1.0, 0, 0, 0])
    filter_.state = state
    assert filter_.state["accQuat"] == [1.0, 0, 0, 0]


@pytest.mark.parametrize("function", [np.arcsin, np.cos, np.sin, np.sqrt, np.round])
def test_numpy_functions_do_not_depend_on_how_long_their_input_is(function: np.ufunc) -> None:
    values = rng.uniform(-1, 1, 1001) if function is not np.sqrt else rng.uniform(0, 9, 1001)
    whole = function(values)
    for size in (1, 3, 4, 7, 64):
        parts = [function(values[i : i + size].copy()) for i in range(0, 1001, size)]
        np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_numpy_arctan2_does_not_depend_on_how_long_its_input_is() -> None:
    y, x = rng.normal(size=1001), rng.normal(size=1001)
    parts = [np.arctan2(y[i : i + 4].copy(), x[i : i + 4].copy()) for i in range(0, 1001, 4)]
    np.testing.assert_array_equal(np.concatenate(parts), np.arctan2(y, x))


def test_mcap_closes_a_chunk_on_flush() -> None:
    out = io.BytesIO()
    writer = Writer(out, chunk_size=1 << 24, compression=CompressionType.ZSTD)
    writer.start()
    channel = writer.register_channel("/x", "json", 0)
    for second in range(3):
        writer.add_message(channel, second, b"{}", second)
        writer.flush()
    data = out.getvalue()
    found = []
    try:
        for record in StreamReader(io.BytesIO(data), emit_chunks=True).records:
            found.append(record)
    except Exception:  # the file is not finished: how mcap says so is not what is asked here
        pass
    assert sum(isinstance(record, Chunk) for record in found) == 3
