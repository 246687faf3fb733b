"""What must hold after a session in which something failed: nothing is lost beyond a second, and every loss is reported."""

from __future__ import annotations

import numpy as np

from bench.torture.sessions import RATE_HZ, Held
from levelhips.errors import RecordingError
from levelhips.events import HealthChange, HealthState, Notice, NoticeKind, Part

ALLOWED_S = 1.0  # of data that a fault may cost: what was not yet on the disk
EDGE_S = 0.02  # less is not counted: one packet
DISK = ("write", "fsync", "open", "rename")
SOUND = ("sink", "render", "device")


def lost_s(held: Held, whole: Held) -> float:
    """Return how much of the samples of the session without a fault is in no file [s]."""
    return len(np.setdiff1d(_micros(whole), _micros(held))) / RATE_HZ


def _micros(held: Held) -> np.ndarray:
    return np.rint(held.t_s * 1e6)


def unexplained(held: Held, whole: Held) -> list[str]:
    """Return what is wrong with what a session with a fault left; `whole` is the same session without one."""
    problems, session = list(held.problems), held.session
    if session is None:
        return problems if held.refused else [*problems, "neither a session nor an error"]
    lost = lost_s(held, whole)
    if lost > EDGE_S and not held.reported:
        problems.append(f"{lost:.2f} s lost, and not reported")
    if lost > ALLOWED_S and not held.exit_code and held.fault.kind != "decoder":
        problems.append(f"{lost:.2f} s lost, but the exit code is 0")
    if held.fault.kind in DISK:
        problems += _after_disk_fault(held, whole, lost)
    if held.fault.kind in SOUND:
        problems += _after_sound_fault(held, lost)
    if held.fault.kind == "decoder" and held.fault.struck:
        if session.statistics.damaged < held.fault.struck:
            problems.append(f"{held.fault.struck} packets could not be decoded, {session.statistics.damaged} are counted")
        if held.packets < session.statistics.packets:  # they can be decoded later
            problems.append(f"{held.packets} of {session.statistics.packets} packets are recorded")
    if held.fault.kind == "engine" and held.fault.struck and not (session.error and lost <= EDGE_S):
        problems.append(f"the engine failed: error {session.error}, {lost:.2f} s lost")
    return problems


def _after_disk_fault(held: Held, whole: Held, lost: float) -> list[str]:
    """Check a session whose disk failed: the beeps go on, and after a single fault so does the recording."""
    session, problems = held.session, []
    assert session is not None
    if (held.steps, held.cues) != (whole.steps, whole.cues):
        problems.append(f"{held.steps} steps and {held.cues} beeps instead of {whole.steps} and {whole.cues}")
    if held.fault.lasting:
        errors = [trouble for trouble in session.troubles if isinstance(trouble, RecordingError)]
        said_s = sum(float(str(error.values["seconds"])) for error in errors if error.code == "recording-not-saved")
        return [*problems, f"{lost:.2f} s lost, {said_s:.2f} s reported"] if abs(lost - said_s) > ALLOWED_S else problems
    again_s = sum(event.value for event in held.events if isinstance(event, Notice) and event.kind is NoticeKind.RECORDING_AGAIN)
    stopped = any(isinstance(event, HealthChange) and event.state is HealthState.FAULT for event in held.events)
    if lost > again_s + ALLOWED_S and not stopped:
        problems.append(f"{lost:.2f} s lost, {again_s:.2f} s reported")
    if lost > EDGE_S:
        problems.append(f"{lost:.2f} s lost by a single fault")
    return problems


def _after_sound_fault(held: Held, lost: float) -> list[str]:
    """Check a session whose sound failed: the recording is whole, and the fault is reported."""
    session, problems = held.session, []
    assert session is not None
    if lost > EDGE_S:
        problems.append(f"{lost:.2f} s lost by a fault of the sound")
    said = session.troubles if held.fault.kind == "sink" else Part.SOUND in session.health.lost
    if held.fault.struck and not said:
        problems.append("the sound failed, and nobody said so")
    return problems
