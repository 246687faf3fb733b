"""Numbers in the sentences of the documents are those of the code: each is taken from its page and compared."""

from __future__ import annotations

import calendar
import csv
import math
import re
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bench.docs.pages import pages
from bench.mutants import choose
from bench.mutants.run import SLACK_FACTOR, SLACK_S
from conftest import ROOT, real_case
from documents import name_of, numbers_of, prose, text_of
from test_project import MAX_FILE_LINES, MAX_FUNCTION_LINES

import levelhips as api
from levelhips.audio.device import STALLED_S
from levelhips.audio.player import REOPEN_S
from levelhips.audio.synth import SoundSettings
from levelhips.audio.voice import EXPLAINED, FAILED, WORKS_AGAIN
from levelhips.cli.demo_report import SHOW_S
from levelhips.cli.terminal.replay_view import SEEK_S
from levelhips.coaching.coach import CueSettings
from levelhips.coaching.drills.drill import DrillSettings
from levelhips.coaching.drills.stillness import STILL_S
from levelhips.coaching.run_protocol import BASELINE_MIN, FEEDBACK_MIN, LADDER, RECALL_WEEKS, RUN_MIN, ProtocolSettings
from levelhips.coaching.threshold import ThresholdSettings
from levelhips.files import PRIVATE_FILE, PRIVATE_FOLDER
from levelhips.history import History
from levelhips.history.diary import Diary
from levelhips.history.store import LOAD_WINDOW_DAYS
from levelhips.live.doctor import MAX_PYTHON, MIN_PYTHON, MIN_TERMINAL
from levelhips.live.end_signals import END_S, LAST_S, NOTICE_S
from levelhips.live.freshness import MAX_AGE_S
from levelhips.live.snapshot import BARS, SHOWN
from levelhips.metrics.statistics import FIRST_STEPS, MIN_TREND_RUN_S
from levelhips.motion.alignment import AXES
from levelhips.motion.pipeline import MIN_RATE_HZ
from levelhips.motion.quality import QualitySettings
from levelhips.motion.stages.gaps import GapSettings
from levelhips.motion.timebase import TimebaseSettings
from levelhips.programme.hints import LONGER_SHARE, PAIN_NO_RUN, PAIN_RISE, SHOE_KM
from levelhips.programme.programme import DAYS, DEFAULT, Programme
from levelhips.programme.today import DONE_SHARE
from levelhips.recording import schema
from levelhips.recording.recorder import FLUSH_S
from levelhips.recording.schema import VERSION
from levelhips.recording.writer import CHUNK_S
from levelhips.samples import STANDARD_GRAVITY_MPS2
from levelhips.sensors.ble.connection import ANSWER_S, GIVE_UP_S, POLL_S, STALL_S
from levelhips.sensors.clock import CountedClock
from levelhips.sensors.profile import profiles
from levelhips.sensors.profiles import levelhips as open_profile
from levelhips.settings.installed import drills
from levelhips.settings.model import SPECS
from levelhips.simulation import bundled
from levelhips.simulation.faults import DEFAULT_AT_S, FAULTS

NUMBERS = {
    "half": 0.5, "quarter": 0.25, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "nine": 9, "ten": 10,
    "fourteen": 14, "twenty": 20, "twice": 2, "first": 1, "second": 1,
}  # fmt: skip
N = r"([-+]?\d[\d,]*(?:\.\d+)?|" + "|".join(NUMBERS) + ")"
"""A number in digits or in a word."""


@dataclass(frozen=True)
class Claim:
    """A sentence of a page with numbers (`#` stands for one), and what they must be."""

    page: str
    words: str
    numbers: Callable[[], tuple[float, ...]]

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(N.join(self.words.split("#")), re.IGNORECASE)


def number(word: str) -> float:
    return NUMBERS[word.lower()] if word.lower() in NUMBERS else float(word.replace(",", ""))


def problem_of(claim: Claim, text: str) -> str | None:
    """What is wrong with a claim in a text; None if it is there and true."""
    if not (found := claim.pattern.search(text)):
        return f"{claim.page} has no sentence like {claim.words!r}. If it was rewritten, write it here too"
    said, true = tuple(map(number, found.groups())), claim.numbers()
    return None if said == pytest.approx(true) else f"{claim.page} says {found[0]!r}; the code has {true}"


def window(module: str) -> Any:
    """A module of the window; the test is skipped where Qt cannot be loaded."""
    return pytest.importorskip(f"levelhips.ui.{module}", exc_type=ImportError)


def four_runs() -> list[float]:
    """The errors of the drop in the table of real runs."""
    return [row[1] for row in rows_of_real_runs()]


def practice_repetitions() -> int:
    recording, settings = bundled.practice(DrillSettings(name="clamshell"))
    update = api.analyze(recording, api.Settings(drill=settings))
    return len(update.reps)


def rungs() -> tuple[float, ...]:
    """The steps of the way back to running, each once: minutes of running and of walking."""
    return tuple(minutes for rung in dict.fromkeys(rung[:2] for rung in LADDER[:-1]) for minutes in rung)


def faded_from() -> int:
    """How many sessions of the retraining have sound all the time."""
    return sum(run == sound for run, sound in zip(RUN_MIN, FEEDBACK_MIN, strict=True))


def pain_ends() -> tuple[float, ...]:
    """The lowest and the highest pain score that the diary takes."""

    def taken(score: int) -> bool:
        try:
            diary.add_pain(score, "before")
        except api.BadInputError:
            return False
        return True

    with tempfile.TemporaryDirectory() as folder, History(Path(folder) / "history.sqlite") as history:
        diary = Diary(history)
        scores = [score for score in range(-5, 20) if taken(score)]
    return scores[0], scores[-1]


SENT = 200 * open_profile.PACKET_S  # samples in a packet at 200 Hz
SOUND, CUES, THRESHOLD, PROTOCOL = SoundSettings(), CueSettings(), ThresholdSettings(), ProtocolSettings(step_rate_spm=160, raise_percent=5)
CLAIMS = [
    Claim("README.md", r"# seconds in the terminal", lambda: (SHOW_S,)),
    Claim("README.md", r"still for # seconds", lambda: (window("pages.live").STAND_S,)),
    Claim("docs/command-line.md", r"own first # steps", lambda: (THRESHOLD.baseline_steps,)),
    Claim("docs/command-line.md", r"← → # s", lambda: (SEEK_S,)),
    Claim("docs/command-line.md", r"not more than # s even if", lambda: (END_S + NOTICE_S + LAST_S,)),
    Claim("docs/command-line.md", r"the limit of # s", lambda: (END_S + NOTICE_S + LAST_S,)),
    Claim("CHANGELOG.md", r"session ends within # s, whatever hangs", lambda: (END_S + NOTICE_S + LAST_S,)),
    Claim("docs/screen.md", r"disappears after # s at most", lambda: (END_S,)),
    Claim("docs/screen.md", r"first # steps", lambda: (FIRST_STEPS,)),
    Claim("docs/design-of-the-screen.md", r"font size is # of the window's height", lambda: (window("theme").NUMBER_SHARE,)),
    Claim("docs/design-of-the-screen.md", r"mean of the last # steps", lambda: (SHOWN,)),
    Claim("docs/design-of-the-screen.md", r"lights up for # s", lambda: (window("pages.live").FLASH_S,)),
    Claim("docs/design-of-the-screen.md", r"in steps of # deg", lambda: (window("widgets.trace").SPAN_STEP_DEG,)),
    Claim("docs/design-of-the-screen.md", r"# points a second", lambda: (1 / window("widgets.trace").POINT_S,)),
    Claim("docs/design-of-the-screen.md", r"\(contrast # to 1\)", lambda: (contrast("TEXT"),)),
    Claim("docs/design-of-the-screen.md", r"\(# to 1\)", lambda: (contrast("DIM"),)),
    Claim("docs/sounds.md", r"lower in left stance \(# Hz\), higher in right stance \(# Hz\)", lambda: (SOUND.left_hz, SOUND.right_hz)),
    Claim("docs/sounds.md", r"From # deg over the threshold, it sounds #", lambda: (SOUND.double_from * CUES.severe_deg, 2)),
    Claim("docs/sounds.md", r"loudest # deg over the threshold", lambda: (CUES.severe_deg,)),
    Claim("docs/sounds.md", r"begins # of the way", lambda: (SOUND.double_from,)),
    Claim("docs/sounds.md", r"The first # times", lambda: (EXPLAINED,)),
    Claim("docs/sounds.md", r"no sound for a # \(for example", lambda: (STALLED_S,)),
    Claim("docs/sounds.md", r"device is tried every #: the beeps", lambda: (REOPEN_S,)),
    Claim("docs/sounds.md", r"# falling low notes \(#, #, # Hz\)", lambda: (3, *(low for low, *_ in FAILED if low))),
    Claim("docs/sounds.md", r"; # rising ones \(#, #, # Hz\)", lambda: (3, *(low for low, *_ in WORKS_AGAIN))),
    Claim("docs/sounds.md", r"returned after a # or more", lambda: (CUES.back_s,)),
    Claim("docs/drills.md", r"hold still for # s", lambda: (STILL_S,)),
    Claim("docs/programme.md", r"at least # steps", lambda: (THRESHOLD.baseline_steps,)),
    Claim("docs/programme.md", r"--raise # --metronome ticks # %", lambda: (5, 100 * (PROTOCOL.target_spm / 160 - 1))),
    Claim("docs/settings.md", r"default of # deg", lambda: (THRESHOLD.left_deg,)),
    Claim("docs/sensors.md", r"Each of the # kinds is tested", lambda: (len(profiles()),)),
    Claim("docs/sensors.md", r"off by up to # %", lambda: (100 * CountedClock.STRETCH,)),
    Claim("docs/sensors.md", r"silent for # s, you hear", lambda: (STALL_S,)),
    Claim("docs/sensors.md", r"After # s levelhips disconnects", lambda: (GIVE_UP_S,)),
    Claim("docs/sensors.md", r"written to the disk # a second", lambda: (1 / FLUSH_S,)),
    Claim("docs/sensors.md", r"are read every # s", lambda: (POLL_S,)),
    Claim("docs/sensors.md", r"\(default: #; @0 means", lambda: (DEFAULT_AT_S,)),
    Claim("docs/sensors.md", r"still for # seconds", lambda: (window("pages.live").STAND_S,)),
    Claim("docs/recording-format.md", r"profile levelhips, format #", lambda: (VERSION,)),
    Claim("docs/recording-format.md", r"mode #, new folders #", lambda: (int(f"{PRIVATE_FILE:o}"), int(f"{PRIVATE_FOLDER:o}"))),
    Claim("docs/recording-format.md", r"chunks of # second \(# a second in live", lambda: (CHUNK_S, FLUSH_S)),
    Claim("docs/recording-format.md", r"Up to # ms are filled in", lambda: (1000 * TimebaseSettings().bridge_s,)),
    Claim("docs/recording-format.md", r"less than # minutes of running", lambda: (MIN_TREND_RUN_S / 60,)),
    Claim("docs/recording-format.md", r"stand still for # s before", lambda: (window("pages.live").STAND_S,)),
    Claim("docs/accuracy.md", r"Steps in the first # s have the quality settling", lambda: (QualitySettings().settle_run_s,)),
    Claim("firmware_notes/README.md", r"open profile, version #", lambda: (open_profile.VERSION,)),
    Claim("firmware_notes/README.md", r"n is # to #\. Collect # ms", lambda: (1, open_profile._MAX_SAMPLES, 1000 * open_profile.PACKET_S)),
    Claim(
        "firmware_notes/README.md",
        r"\(# at 200 Hz: # bytes\)",
        lambda: (200 * open_profile.PACKET_S, packet_size(200 * open_profile.PACKET_S)),
    ),
    Claim("firmware_notes/README.md", r"no samples arrive for # s, the client reports it\. After # s", lambda: (STALL_S, GIVE_UP_S)),
    Claim("firmware_notes/README.md", r"Every # s it reads the battery", lambda: (POLL_S,)),
    Claim("firmware_notes/README.md", r"waits up to # s for it", lambda: (ANSWER_S,)),
    Claim("firmware_notes/README.md", r"wraps after # min", lambda: (round(2**32 / 60e6, 1),)),
    Claim("firmware_notes/README.md", r"silent link after # s", lambda: (STALL_S,)),
    Claim("README.md", r"Python 3\.#, 3\.12 or 3\.#", lambda: (MIN_PYTHON[1], MAX_PYTHON[1])),
    Claim("README.md", r"records # minutes without beeps", lambda: (BASELINE_MIN,)),
    Claim("README.md", r"first of # training runs", lambda: (len(RUN_MIN),)),
    Claim("README.md", r"runs # to # have beeps all the time, runs # to # for", lambda: (1, faded_from(), faded_from() + 1, len(RUN_MIN))),
    Claim("README.md", r"most of your first # steps", lambda: (THRESHOLD.baseline_steps,)),
    Claim("README.md", r"more than the threshold of #\.", lambda: (THRESHOLD.left_deg,)),
    Claim("CHANGELOG.md", r"virtual sensor with # faults", lambda: (len(FAULTS),)),
    Claim(
        "CHANGELOG.md", r"first steps, instead of # deg\. .* still analyzed with # deg", lambda: (THRESHOLD.left_deg, THRESHOLD.left_deg)
    ),
    Claim("README.md", r"# exercises such as", lambda: (len(drills()),)),
    Claim("README.md", r"# days of exercises and run days", lambda: (DAYS,)),
    Claim(
        "README.md",
        r"square, RMSE\) was #-# degrees, depending on the run; in the median run it was #",
        lambda: (min(four_runs()), max(four_runs()), float(np.median(four_runs()))),
    ),
    Claim("README.md", r"tested on # treadmill runs", lambda: (len(rows_of_real_runs()),)),
    Claim("docs/command-line.md", r"at least # columns and # rows", lambda: MIN_TERMINAL),
    Claim("docs/screen.md", r"last # steps on each leg", lambda: (SHOWN,)),
    Claim("docs/screen.md", r"last # steps, with the threshold", lambda: (BARS,)),
    Claim("docs/screen.md", r"in the last # seconds", lambda: (window("widgets.trace").SHOWN_S,)),
    Claim("docs/drills.md", r"The first # times that a form fault", lambda: (EXPLAINED,)),
    Claim("docs/drills.md", r"who did the # drills", lambda: (len(drills()),)),
    Claim("docs/drills.md", r"virtual wearer does # repetitions", lambda: (practice_repetitions(),)),
    Claim("docs/programme.md", r"at least # % of its repetitions", lambda: (100 * DONE_SHARE,)),
    Claim("docs/programme.md", r"# days of exercises", lambda: (DAYS,)),
    Claim("docs/programme.md", r"plus # the SD", lambda: (THRESHOLD.baseline_sd,)),
    Claim("docs/programme.md", r"# sessions in two weeks\. Beeps all the time in the first #", lambda: (len(RUN_MIN), faded_from())),
    Claim("docs/programme.md", r"what remains #, # and # weeks later", lambda: RECALL_WEEKS),
    Claim("docs/programme.md", r"# min of running and # of walking, then # and #, # and #, then running", rungs),
    Claim("docs/programme.md", r"steps per minute\. .* so more than # % is rejected", lambda: (SPECS["protocol.raise_percent"].high,)),
    Claim(
        "docs/programme.md",
        r"Pain of # or more before a run: .* rises by # or more",
        lambda: (PAIN_NO_RUN, PAIN_RISE),
    ),
    Claim("docs/programme.md", r"# % longer than your longest run of the last # days", lambda: (100 * LONGER_SHARE, LOAD_WINDOW_DAYS)),
    Claim("docs/programme.md", r"Shoes that have run # km", lambda: (SHOE_KM,)),
    Claim("CONTRIBUTING.md", r"Python 3\.#, 3\.12 or 3\.#", lambda: (MIN_PYTHON[1], MAX_PYTHON[1])),
    Claim("CONTRIBUTING.md", r"files under # lines and functions under # lines", lambda: (MAX_FILE_LINES, MAX_FUNCTION_LINES)),
    Claim("GLOSSARY.md", r"no step for # s \(walking: # s\)", lambda: tuple(MAX_AGE_S.values())),
    Claim("docs/design-of-the-screen.md", r"more than # s \(walking: # s\) without a step", lambda: tuple(MAX_AGE_S.values())),
    Claim("GLOSSARY.md", r"at rest # upward", lambda: (round(STANDARD_GRAVITY_MPS2, 2),)),
    Claim("GLOSSARY.md", r"at least # steps", lambda: (THRESHOLD.baseline_steps,)),
    Claim("docs/programme.md", r"pain from # \(none\) to # \(worst\)", pain_ends),
    Claim("docs/recording-format.md", r"A block begins with u8 version #,", lambda: (VERSION,)),
    Claim("docs/recording-format.md", r"Bluetooth packets: u8 version #,", lambda: (VERSION,)),
    Claim("docs/recording-format.md", r"kind #, exact: count x # f64: .* - kind #, counts", lambda: (schema._EXACT, 7, schema._SCALED)),
    Claim("docs/recording-format.md", r"gaps of up to a # of a second are filled in", lambda: (GapSettings().max_fill_s,)),
    Claim("docs/sensors.md", r"within # ms on a steady", lambda: (1000 * CountedClock.WAIT_PACKETS * open_profile.PACKET_S,)),
    Claim("docs/sensors.md", r"within # s on an unsteady one", lambda: (CountedClock.RECENT_S,)),
    Claim("docs/testing.md", r"at most # tests and # s of processor", lambda: (choose.MAX_TESTS, choose.MAX_SECONDS)),
    Claim("docs/testing.md", r"for up to # s more", lambda: (choose.NEAREST_SECONDS,)),
    Claim("docs/testing.md", r"more than # times as long as measured, plus # s", lambda: (SLACK_FACTOR, SLACK_S)),
    Claim("docs/plugins.md", r"gravity is # m/s2", lambda: (round(STANDARD_GRAVITY_MPS2, 2),)),
    Claim("firmware_notes/README.md", r"above # Hz doubles", lambda: (QualitySettings().loose_hz,)),
    Claim("firmware_notes/README.md", r"sampling rate \| # Hz", lambda: (MIN_RATE_HZ,)),
]


def packet_size(samples: float) -> float:
    return open_profile._HEAD.size + open_profile._SAMPLE * samples


def contrast(name: str) -> float:
    """The contrast of a color of the window with its background, as WCAG 2 defines it; one decimal."""

    def luminance(color: str) -> float:
        parts = [int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return float(np.dot((0.2126, 0.7152, 0.0722), linear))

    theme = window("theme")
    low, high = sorted((luminance(theme.BACK), luminance(getattr(theme, name))))
    return round((high + 0.05) / (low + 0.05), 1)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: f"{claim.page}: {claim.words}")
def test_number_in_a_sentence_is_that_of_the_code(claim: Claim) -> None:
    assert problem_of(claim, prose(claim.page)) is None


def test_a_wrong_or_missing_number_is_found() -> None:
    claim = Claim("a page", "waits # s and # minutes", lambda: (1.5, 3))
    assert problem_of(claim, "It waits 1.5 s and three minutes.") is None
    assert "the code has (1.5, 3)" in str(problem_of(claim, "It waits 1.5 s and four minutes."))
    assert "no sentence like" in str(problem_of(claim, "It waits."))


@dataclass(frozen=True)
class Free:
    """A sentence whose numbers no test compares, and why."""

    page: str
    pattern: str
    reason: str


FREE_PAGES = {
    "CHANGELOG.md": "how it was before, and after: numbers that must stay true are in CLAIMS",
    "docs/accuracy.md": "measured by make bench, half an hour; the first table is compared below",
    "firmware_notes/README.md": "for the makers of sensors: bytes are compared below and in test_codec.py, the rest is from data sheets",
}
MEASURED, EXAMPLE = "measured by make bench", "an example"
OTHERS, TABLE = "a fact of the world or of others", "a table that a test below compares"
FREE = [
    Free("README.md", r"drops by 5\.2 degrees", "of the picture"),
    Free("README.md", r"up to 1 GB", OTHERS),
    Free("README.md", r"differences below 2 degrees", "from the literature on skin over the sacrum"),
    Free("GLOSSARY.md", r"severity \| 0 to 1", "a share"),
    Free("docs/command-line.md", r"1 unfinished session was added", EXAMPLE),
    Free("docs/command-line.md", r"3\.5 deg on both sides|3 deg in left stance, 5 deg in right stance|mean left 3, right 5", EXAMPLE),
    Free(
        "docs/command-line.md",
        r"\| \d+ \| [a-z]|0 is also the code|With 1 to 3|gives 0, not 3|With 4,|code is 141|2 means that|an error gives 1",
        "test_exit_codes_of_the_page_are_those_of_the_help_and_of_real_commands",
    ),
    Free("docs/design-of-the-screen.md", r"so that they are 1/6 .* minutes of arc", "geometry of eye, font and screen"),
    Free("docs/design-of-the-screen.md", r"differ by 0\.8 deg|moves below 10 Hz", "from the real runs"),
    Free("docs/design-of-the-screen.md", r"62 frames a second", MEASURED),
    Free("docs/drills.md", r'"drop within 8 deg .* to 8 deg', EXAMPLE),
    Free("docs/drills.md", r"the clip worn in five ways, .* from 52 to 200 Hz", MEASURED),
    Free(
        "docs/languages.md",
        r"at most 40 % longer .* a setting 80",
        "advice for translators; test_language.py and test_cli.py measure lengths",
    ),
    Free("docs/languages.md", r"1/min", "a unit"),
    Free("docs/plugins.md", r"exit code is 1|within 0\.15 s", "test_testing.py"),
    Free(
        "docs/programme.md",
        r"(?:Noehren|Willy|Berghe|Vincent|Frandsen) \d{4}(?:, 5,205 runners: hazard ratio 1\.64)?|doi [\d./\w-]+",
        "a source",
    ),
    Free("docs/programme.md", r"about 30 % of steps", "of a normal distribution: a share of 0.31 is over the mean plus half an SD"),
    Free("docs/programme.md", r"step rate of 164", EXAMPLE),
    Free("docs/recording-format.md", r"at least 8 g and 1000 deg/s", "advice with room: landings reach 3-5 g, the pelvis 340 deg/s"),
    Free("docs/recording-format.md", r"median acceleration of 1\.0", EXAMPLE),
    Free("docs/recording-format.md", r"\| \d \| /", TABLE),
    Free("docs/recording-format.md", r"sensor's time 0", "the beginning of a clock"),
    Free("docs/screen.md", r'"Mark 3 at 2:41"|"no data for 4 s"', EXAMPLE),
    Free("docs/sensors.md", r"\| \d+ Hz", TABLE),
    Free("docs/sensors.md", r"Thingy:52|BlueZ 5\.55|Windows 10 \(1709\)|Bluetooth 4\.0", OTHERS),
    Free("docs/sounds.md", r"two to four seconds after there is one", "measured with PulseAudio by tests/test_sound_device.py"),
    Free("docs/sounds.md", r"up to 50 ms before|its error is 0\.2 deg.*? 84 %", "measured by python -m bench severity"),
    Free("docs/testing.md", r"at most 15 % is the goal", "a goal"),
    Free("docs/testing.md", r"flips 2,000", "the default of a bench"),
    Free("docs/testing.md", r"### Figures .*", "measured by make mutants; and the reasons of survivors"),
]


def unchecked(page: str) -> list[str]:
    """The numbers of a page, with the words around, that no claim compares and that are not free."""
    text = prose(page)
    patterns = [one.pattern for one in CLAIMS if one.page == page] + [re.compile(one.pattern) for one in FREE if one.page == page]
    covered = [found.span() for pattern in patterns for found in pattern.finditer(text)]
    return [text[max(at - 40, 0) : at + 40] for at in numbers_of(page) if not any(start <= at < end for start, end in covered)]


@pytest.mark.parametrize("page", [name for name in map(name_of, pages()) if name not in FREE_PAGES])
def test_every_number_of_a_page_is_compared_or_free_for_a_reason(page: str) -> None:
    assert unchecked(page) == [], "compare it in CLAIMS, or name the reason in FREE"


@pytest.mark.parametrize("free", FREE, ids=lambda free: f"{free.page}: {free.pattern}")
def test_sentence_with_a_free_number_is_still_there(free: Free) -> None:
    assert re.search(free.pattern, prose(free.page))


# ---- tables


def rows_of_real_runs() -> list[tuple[float, ...]]:
    """Contacts found, extra and with their side; then the errors: drop, obliquity, tilt, rotation, contact (median, SD), contact time."""
    table = text_of("docs/accuracy.md").split("## Real treadmill runs")[1]
    rows = [line for line in table.splitlines() if re.match(r"\| [abc], ", line)]
    found = []
    for row in rows:
        cells = [list(map(float, re.findall(r"[-+]?\d+(?:\.\d+)?", cell))) for cell in row.strip("| ").split("|")[1:]]
        counts, drop, angles, contact, contact_time = cells
        found.append((tuple(counts), *drop, *angles, *contact, *contact_time))
    return found  # type: ignore[return-value]


REAL = ("runner_a_2p5_turned", "runner_a_2p5_upright", "runner_b_2p5_52hz", "runner_c_2p8_plate")


@pytest.mark.parametrize("number", range(len(REAL)), ids=REAL)
def test_table_of_real_runs_is_what_is_measured(number: int) -> None:
    """Within half of the last digit that the page shows, and what another machine's arithmetic may change."""
    folder = real_case(REAL[number])
    (_, _, side), drop, obliquity, tilt, _, median_ms, sd_ms, _ = rows_of_real_runs()[number]  # type: ignore[misc]
    analysis = api.analyze(folder / "imu.csv")
    with open(folder / "truth_steps.csv", newline="") as file:
        true = [(float(row["contact_s"]), row["stance_side"], float(row["contralateral_drop_deg"])) for row in csv.DictReader(file)]
    true = [step for step in true if step[0] > true[0][0] + 3]
    found = [step for step in analysis.steps if true[0][0] - 0.1 < step.at_s < true[-1][0] + 0.1]
    assert len(found) == len(true)
    pairs = list(zip(found, true, strict=True))
    assert np.mean([step.side == name for step, (_, name, _) in pairs]) == side
    assert math.sqrt(np.mean([(step.drop_deg - deg) ** 2 for step, (_, _, deg) in pairs])) == pytest.approx(drop, abs=0.03)
    errors_ms = [1000 * (step.at_s - at_s) for step, (at_s, _, _) in pairs]
    assert np.median(errors_ms) == pytest.approx(median_ms, abs=2)
    assert np.std(errors_ms) == pytest.approx(sd_ms, abs=2)
    truth = np.genfromtxt(folder / "truth_angles.csv", delimiter=",", names=True)
    inside = (truth["time_s"] >= true[0][0]) & (truth["time_s"] <= true[-1][0])
    for values, name, page in ((analysis.angles.obliquity_rad, "obliquity_deg", obliquity), (analysis.angles.tilt_rad, "tilt_deg", tilt)):
        error = np.degrees(np.interp(truth["time_s"][inside], analysis.angles.t_s, values)) - truth[name][inside]
        assert math.sqrt(np.mean(error**2)) == pytest.approx(page, abs=0.04)


def test_rates_of_the_table_of_sensors_are_those_of_the_profiles() -> None:
    section = text_of("docs/sensors.md").split("## Choose a sensor")[1]
    rows = re.findall(r"^\| (?:\[?)([^|]+?) \| (\d+) Hz", section, re.MULTILINE)
    stated = {one.name: float(rate) for name, rate in rows for one in profiles().values() if one.title.split()[1].lower() in name.lower()}
    assert len(rows) == len(stated) == len(profiles())
    assert stated == {one.name: one.default_rate_hz for one in profiles().values()}


def test_exercises_and_run_days_of_the_programme_are_those_of_the_page() -> None:
    places = {
        "daily": "daily",
        "before a run": "before-run",
        "after a run": "after-run",
        "on days without a run": "off",
        "in an acute week": "acute",
    }
    section = text_of("docs/programme.md").split("## The programme")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    stated = {places[when]: [name.replace(" ", "-") for name in names.split(", ")] for when, names in rows if when in places}
    assert stated == {when: [one.drill for one in DEFAULT if one.when == when] for when in places.values()}
    days = re.findall(r"Runs are on (.*?)\.", section)[0].replace(" and ", ", ").split(", ")
    assert days == [calendar.day_name[day] for day in Programme().run_days]


def test_tabs_and_keys_of_the_review_are_those_of_the_page(tmp_path: Path) -> None:
    section = text_of("docs/screen.md").split("## Review")[1].split("\n## ")[0]
    tabs, keys = section.split("| key | |")
    _application = window("app").application()
    page = window("review.page").ReviewPage(tmp_path)
    shown = [page.tabs.tabText(k) for k in range(page.tabs.count())]
    assert re.findall(r"^\| ([A-Z][\w ]+) \| ", tabs, re.MULTILINE) == shown
    stated = {name for row in re.findall(r"^\| (\w[\w, ]*) \| ", keys, re.MULTILINE) for name in row.lower().split(", ")}
    shortcut = pytest.importorskip("PySide6.QtGui").QShortcut
    assert stated == {one.key().toString().lower() for one in page.findChildren(shortcut)}


def test_colors_of_the_page_are_those_of_the_window() -> None:
    colors = set(re.findall(r"#[0-9a-f]{6}", text_of("docs/design-of-the-screen.md")))
    assert colors == {*window("theme").SIDE.values(), window("theme").BACK, window("theme").TEXT, window("theme").DIM}


def test_extras_of_the_page_are_those_of_the_package() -> None:
    extras = set(tomllib.loads(text_of("pyproject.toml"))["project"]["optional-dependencies"])
    [installed] = {tuple(found.split(",")) for found in re.findall(r"'\.\[([\w,]+)\]'", text_of("README.md"))}
    assert set(installed) == extras


# ---- the open profile, byte by byte

FIRMWARE = "firmware_notes/README.md"


def test_services_of_the_open_profile() -> None:
    [form] = re.findall(r"`(6c65XXXX-[\w-]+)`", text_of(FIRMWARE))
    rows = re.findall(r"^\| `(\d{4})` \| (\w+) \| ([\w, ]+) \|", text_of(FIRMWARE), re.MULTILINE)
    profile = open_profile.PROFILE
    assert {name: form.replace("XXXX", number) for number, name, _ in rows} == {
        "service": profile.service,
        **{name: one.uuid for name, one in profile.characteristics.items()},
    }
    assert {name: tuple(words.split(", ")) for _, name, words in rows if name != "service"} == {
        name: one.properties for name, one in profile.characteristics.items()
    }


def test_example_packet_of_the_open_profile() -> None:
    head, sample = re.findall(r"`((?:[0-9a-f]{2} ){7,}[0-9a-f]{2})`", text_of(FIRMWARE))
    version, count, sequence, t_us = open_profile._HEAD.unpack(bytes.fromhex(head))
    assert (version, count, sequence, t_us) == (1, 2, 7, 1_000_000)
    counts = np.frombuffer(bytes.fromhex(sample), "<i2") / 32768
    assert counts * np.repeat([16, 2000], 3) == pytest.approx([1, -1, 0, 0, 1000, 0])


def test_largest_packet_of_each_mtu() -> None:
    rows = re.findall(r"^\| (\d+)(?: \([^)]*\))? \| (\d+) \| (\d+) \| (\d+) \|", text_of(FIRMWARE), re.MULTILINE)
    assert len(rows) == 4
    for mtu, largest, sent, per_second in (map(int, row) for row in rows):
        assert largest == (mtu - 3 - open_profile._HEAD.size) // open_profile._SAMPLE
        assert sent == min(largest, 200 * open_profile.PACKET_S)
        assert per_second == 200 / sent


def test_axes_commands_and_status_of_the_open_profile() -> None:
    text = prose(FIRMWARE)
    assert re.findall(r"(\d) = ([+-][xyz])", text) == [(str(number), axis) for number, axis in enumerate(AXES)]
    codes = {name: int(code, 16) for name, code in re.findall(r"^\| (\w+) \| `(\d\d)", text_of(FIRMWARE), re.MULTILINE)}
    assert codes == {name.lower(): getattr(open_profile, name) for name in ("STOP", "START", "RATE", "TIME", "HAPTIC")}
    stated = dict(re.findall(r"(\d) ([\w ]+)", re.findall(r"Status: (.*?)\.", text)[0]))
    assert set(map(int, stated)) == {0, *open_profile.REFUSALS}


def test_codec_of_the_open_profile_has_the_same_numbers() -> None:
    header = (ROOT / "firmware_notes" / "codec" / "levelhips_wire.h").read_text(encoding="utf-8")
    defined = dict(re.findall(r"#define (LH_\w+) +(\d+)u?\b", header))
    assert int(defined["LH_MAX_SAMPLES"]) == open_profile._MAX_SAMPLES
    assert int(defined["LH_HEADER_SIZE"]) == open_profile._HEAD.size
    assert int(defined["LH_SAMPLE_SIZE"]) == open_profile._SAMPLE
