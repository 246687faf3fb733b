"""Turn events into sound: tones at once, words one after the other.

The sounds are enough to do a drill with closed eyes. Words announce what comes next; tones tell right from wrong, and the first
few times a word explains what the tone means.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

import numpy as np

from levelhips.audio.clip_files import word
from levelhips.audio.synth import Mixer, Sound, SoundSettings, cue_sound, notes, signal_sound
from levelhips.events import (
    BlockChange,
    BlockPurpose,
    Cue,
    DrillBegin,
    Event,
    FormFault,
    FormFaultDetected,
    HealthChange,
    HealthState,
    Pace,
    Part,
    Phase,
    PhaseChange,
    PhaseReason,
    Prompt,
    PromptKind,
    Rep,
    Signal,
    SignalKind,
)
from levelhips.words import Phrase

# (pitch at the beginning [Hz], pitch at the end [Hz], length [s]); a pitch of 0 is a pause.
Glide = tuple[float, float, float]
PROMPT_TONES: dict[PromptKind, tuple[Glide, ...]] = {
    PromptKind.UP: ((440.0, 880.0, 0.35),),
    PromptKind.DOWN: ((880.0, 440.0, 0.35),),
    PromptKind.REACHED: ((988.0, 988.0, 0.12),),
    PromptKind.CLOCK_ON: ((523.0, 523.0, 0.07), (659.0, 659.0, 0.10)),
    PromptKind.CLOCK_OFF: ((659.0, 659.0, 0.07), (523.0, 523.0, 0.10)),
    PromptKind.WRONG_POSTURE: ((311.0, 311.0, 0.15), (0.0, 0.0, 0.05), (311.0, 311.0, 0.15)),
    PromptKind.WRONG_SIDE: ((311.0, 311.0, 0.15), (0.0, 0.0, 0.05), (311.0, 311.0, 0.15)),
}
# Form faults fall, buzz or warble; the tones for what is right never do, so that the two are not confused.
FAULT_TONES: dict[FormFault, tuple[Glide, ...]] = {
    FormFault.ROLLED_BACK: ((700.0, 260.0, 0.30),),
    FormFault.ROLLED_FORWARD: ((260.0, 700.0, 0.30),),
    FormFault.DIPPED: ((220.0, 180.0, 0.12), (0.0, 0.0, 0.03), (220.0, 180.0, 0.16)),
    FormFault.HIKED: ((330.0, 520.0, 0.12), (0.0, 0.0, 0.03), (330.0, 520.0, 0.16)),
    FormFault.TURNED: ((494.0, 494.0, 0.06), (370.0, 370.0, 0.06)) * 3,
    FormFault.OPENED: ((494.0, 494.0, 0.06), (370.0, 370.0, 0.06)) * 3,
    FormFault.LEANED: ((415.0, 311.0, 0.10), (415.0, 311.0, 0.14)),
    FormFault.TOO_FAR: ((600.0, 300.0, 0.10), (600.0, 300.0, 0.10)),
    FormFault.TOO_FAST: ((740.0, 740.0, 0.03), (0.0, 0.0, 0.03)) * 4,
}
OTHER_FAULT_TONE: tuple[Glide, ...] = ((311.0, 233.0, 0.30),)
HALF: tuple[Glide, ...] = ((294.0, 294.0, 0.12),)
SET_DONE: tuple[Glide, ...] = ((659.0, 659.0, 0.10), (523.0, 523.0, 0.10), (392.0, 392.0, 0.18))
# A part of the session failed: three low notes downward, unlike any cue. It works again: three higher notes upward.
FAILED: tuple[Glide, ...] = ((247.0, 247.0, 0.12), (0.0, 0.0, 0.05), (196.0, 196.0, 0.12), (0.0, 0.0, 0.05), (165.0, 165.0, 0.25))
WORKS_AGAIN: tuple[Glide, ...] = ((330.0, 330.0, 0.10), (392.0, 392.0, 0.10), (494.0, 494.0, 0.16))
SIGNAL_PHRASES = {SignalKind.LOST: Phrase.SENSOR_LOST, SignalKind.BACK: Phrase.SENSOR_BACK}  # spoken in drills only: the eyes may be closed
AUDIBLE = (Cue, Signal, DrillBegin, PhaseChange, Rep, FormFaultDetected, Prompt, BlockChange, Pace, HealthChange)
EXPLAINED = 3  # times in a drill that a word explains a tone; after that the tone is known
# How long a word may wait for those before it; a later one is dropped.
NUMBER_WAITS_S = 0.6  # later, the number of one repetition would be heard in the next one
WORD_WAITS_S = 1.5  # later, a comment on the movement no longer fits it
ANNOUNCEMENT_WAITS_S = 60.0  # what to do next is still true when the words before it are over


class Voice:
    """Turn the events of one session into sound.

    Parameters
    ----------
    settings : SoundSettings
    """

    def __init__(self, settings: SoundSettings = SoundSettings()) -> None:
        self.settings = settings
        self._drill: DrillBegin | None = None
        self._instruction_given = False  # of the present drill
        self._was_walking = False  # in the block before
        self._explanations: Counter[str] = Counter()  # spoken so far in the present drill, by tone

    def put(self, event: Event, mixer: Mixer, until_s: float = math.inf, begun: Callable[[float | None], None] | None = None) -> None:
        """Play the sound of an event, if it has one. For a cue: not after `until_s`, and `begun` is called (`Mixer.begin`)."""
        if isinstance(event, Cue):
            mixer.begin(cue_sound(event, self.settings, mixer.rate_hz), until_s, begun)
        elif isinstance(event, Signal):
            mixer.begin(signal_sound(event, self.settings, mixer.rate_hz))
            phrase = SIGNAL_PHRASES.get(event.kind)
            if phrase is not None and self._drill is not None:
                self._say(mixer, phrase, WORD_WAITS_S)
        elif isinstance(event, DrillBegin):
            self._drill, self._instruction_given = event, False
            self._explanations.clear()
        elif isinstance(event, PhaseChange):
            self._phase(event, mixer)
        elif isinstance(event, Rep):
            self._rep(event, mixer)
        elif isinstance(event, FormFaultDetected):
            self._tone(mixer, FAULT_TONES.get(event.fault, OTHER_FAULT_TONE))
            self._explain(mixer, event.fault)
        elif isinstance(event, Prompt):
            self._prompt(event, mixer)
        elif isinstance(event, BlockChange):
            self._block(event, mixer)
        elif isinstance(event, HealthChange):
            self._health(event, mixer)
        elif isinstance(event, Pace):
            mixer.tick(60.0 / event.spm if event.ticks and event.spm > 0 else 0.0)

    def _health(self, change: HealthChange, mixer: Mixer) -> None:
        if change.part is Part.SENSOR:  # a lost sensor is announced by `SignalKind.LOST`
            return
        if change.state is HealthState.FAULT:
            self._tone(mixer, FAILED)
        elif change.state is HealthState.OK and math.isfinite(change.lasted_s):
            self._tone(mixer, WORKS_AGAIN)

    def _phase(self, change: PhaseChange, mixer: Mixer) -> None:
        if change.phase is Phase.STAND:
            fell_off = change.reason is PhaseReason.FELL_OFF
            self._say(mixer, Phrase.FELL_OFF if fell_off else Phrase.STAND, ANNOUNCEMENT_WAITS_S, urgent=True)
        elif change.phase is Phase.BOW:
            self._say(mixer, Phrase.BOW, ANNOUNCEMENT_WAITS_S)
        elif change.phase is Phase.TAKE:
            self._take(change, mixer)
        elif change.phase is Phase.WORK:
            self._tone(mixer, ((784.0, 784.0, 0.10),))
            self._say(mixer, Phrase.GO, 0.5, urgent=True)
        elif change.phase is Phase.REST:
            self._tone(mixer, SET_DONE)
            self._say(mixer, Phrase.SET_DONE, ANNOUNCEMENT_WAITS_S)
        elif change.phase is Phase.DONE:
            self._tone(mixer, SET_DONE[::-1])
            self._say(mixer, Phrase.DONE, ANNOUNCEMENT_WAITS_S)
        elif change.phase is Phase.PAUSED:
            self._say(mixer, Phrase.PAUSED, ANNOUNCEMENT_WAITS_S, urgent=True)

    def _block(self, block: BlockChange, mixer: Mixer) -> None:
        if block.over:
            self._say(mixer, Phrase.RUN_DONE, ANNOUNCEMENT_WAITS_S)
        elif block.purpose is BlockPurpose.MEASURE:
            self._say(mixer, Phrase.MEASURE, ANNOUNCEMENT_WAITS_S)
        elif block.count == 1 and block.purpose is BlockPurpose.RETENTION:
            self._say(mixer, Phrase.REMEMBER, ANNOUNCEMENT_WAITS_S)
        elif block.walk:
            self._say(mixer, Phrase.WALK, ANNOUNCEMENT_WAITS_S)
        elif block.feedback and self._was_walking:
            self._say(mixer, Phrase.RUN, ANNOUNCEMENT_WAITS_S)
        elif block.count > 1:
            self._say(mixer, Phrase.WITH_SOUND if block.feedback else Phrase.WITHOUT_SOUND, ANNOUNCEMENT_WAITS_S)
        self._was_walking = block.walk

    def _take(self, change: PhaseChange, mixer: Mixer) -> None:
        if change.reason is PhaseReason.POSTURE_LOST:
            self._say(mixer, Phrase.POSTURE_LOST, ANNOUNCEMENT_WAITS_S, urgent=True)
            self._position(mixer)
        elif change.reason in (PhaseReason.REST_OVER, PhaseReason.ASKED):
            self._say(mixer, Phrase.NEXT_SET, ANNOUNCEMENT_WAITS_S, urgent=True)
        elif not self._instruction_given and self._drill is not None:
            self._instruction_given = True
            if not self._say(mixer, f"{self._drill.name}_{self._drill.side}", ANNOUNCEMENT_WAITS_S):
                self._say(mixer, Phrase.TAKE_POSITION, ANNOUNCEMENT_WAITS_S)
        else:
            self._say(mixer, Phrase.TAKE_POSITION, ANNOUNCEMENT_WAITS_S, urgent=True)

    def _rep(self, rep: Rep, mixer: Mixer) -> None:
        if not rep.full:
            self._tone(mixer, HALF)
            if rep.faults:
                self._explain(mixer, rep.faults[-1])
        elif rep.hold_s < 5:  # a longer one is a hold: its end is announced as that of the set
            self._say(mixer, str(rep.number), NUMBER_WAITS_S, urgent=True)

    def _prompt(self, prompt: Prompt, mixer: Mixer) -> None:
        if prompt.kind in PROMPT_TONES:
            self._tone(mixer, PROMPT_TONES[prompt.kind])
        if prompt.kind is PromptKind.TEN:
            self._say(mixer, str(prompt.number), NUMBER_WAITS_S)
        elif prompt.kind in (PromptKind.STAND, PromptKind.BOW):
            self._say(mixer, prompt.kind, WORD_WAITS_S)
        elif prompt.kind is PromptKind.CLOCK_OFF:
            self._explain(mixer, prompt.kind)
        elif prompt.kind in (PromptKind.WRONG_POSTURE, PromptKind.WRONG_SIDE):
            self._say(mixer, prompt.kind, ANNOUNCEMENT_WAITS_S, urgent=True)
            if prompt.kind is PromptKind.WRONG_POSTURE:
                self._position(mixer)

    def _position(self, mixer: Mixer) -> None:
        if self._drill is not None and self._drill.posture is not None:
            self._say(mixer, self._drill.posture, ANNOUNCEMENT_WAITS_S)

    def _explain(self, mixer: Mixer, phrase: FormFault | PromptKind) -> None:
        self._explanations[phrase] += 1
        if self._explanations[phrase] <= EXPLAINED:
            self._say(mixer, phrase, WORD_WAITS_S)

    def _tone(self, mixer: Mixer, glides: tuple[Glide, ...]) -> None:
        wave = notes(glides, mixer.rate_hz, self.settings.ramp_s) * np.float32(0.6 * self.settings.volume)
        mixer.begin(np.stack([wave, wave], axis=1))

    def _say(self, mixer: Mixer, name: str, waits_s: float, *, urgent: bool = False) -> bool:
        if not self.settings.words:
            return True
        clip = word(name, mixer.rate_hz)
        if clip is None:
            return False
        spoken: Sound = np.stack([clip, clip], axis=1) * np.float32(self.settings.volume)
        mixer.say(spoken, waits_s, urgent=urgent)
        return True
