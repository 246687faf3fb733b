"""Turn events into sound: tones at once, words one after the other.

It leads someone who lies on a mat with closed eyes: words say what comes next, tones say right or wrong, and the first few
times a word explains the tone.
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

# Tones: (pitch at the beginning, at the end, seconds); a pitch of 0 is a pause.
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
# A form fault falls, buzzes or warbles; nothing that is right does.
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
# A part of the session failed: low, three times, unlike any cue. It works again: the same notes upward.
FAILED: tuple[Glide, ...] = ((247.0, 247.0, 0.12), (0.0, 0.0, 0.05), (196.0, 196.0, 0.12), (0.0, 0.0, 0.05), (165.0, 165.0, 0.25))
WORKS_AGAIN: tuple[Glide, ...] = ((330.0, 330.0, 0.10), (392.0, 392.0, 0.10), (494.0, 494.0, 0.16))
SIGNAL_PHRASES = {SignalKind.LOST: Phrase.SENSOR_LOST, SignalKind.BACK: Phrase.SENSOR_BACK}  # in a drill the eyes are closed
AUDIBLE = (Cue, Signal, DrillBegin, PhaseChange, Rep, FormFaultDetected, Prompt, BlockChange, Pace, HealthChange)
EXPLAINED = 3  # so often a word says what a tone means
NUMBER_WAITS_S = 0.6  # a number that comes later is another's
WORD_WAITS_S = 1.5
PATIENT_S = 60.0


class Voice:
    """Turn the events of one session into sound.

    Parameters
    ----------
    settings : SoundSettings
    """

    def __init__(self, settings: SoundSettings = SoundSettings()) -> None:
        self.settings = settings
        self._drill: DrillBegin | None = None
        self._told = self._walked = False
        self._explained: Counter[str] = Counter()

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
            self._drill, self._told = event, False
            self._explained.clear()
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
        if change.part is Part.SENSOR:  # its loss has a signal of its own
            return
        if change.state is HealthState.FAULT:
            self._tone(mixer, FAILED)
        elif change.state is HealthState.OK and math.isfinite(change.lasted_s):
            self._tone(mixer, WORKS_AGAIN)

    def _phase(self, change: PhaseChange, mixer: Mixer) -> None:
        if change.phase is Phase.STAND:
            fell_off = change.reason is PhaseReason.FELL_OFF
            self._say(mixer, Phrase.FELL_OFF if fell_off else Phrase.STAND, PATIENT_S, urgent=True)
        elif change.phase is Phase.BOW:
            self._say(mixer, Phrase.BOW, PATIENT_S)
        elif change.phase is Phase.TAKE:
            self._take(change, mixer)
        elif change.phase is Phase.WORK:
            self._tone(mixer, ((784.0, 784.0, 0.10),))
            self._say(mixer, Phrase.GO, 0.5, urgent=True)
        elif change.phase is Phase.REST:
            self._tone(mixer, SET_DONE)
            self._say(mixer, Phrase.SET_DONE, PATIENT_S)
        elif change.phase is Phase.DONE:
            self._tone(mixer, SET_DONE[::-1])
            self._say(mixer, Phrase.DONE, PATIENT_S)
        elif change.phase is Phase.PAUSED:
            self._say(mixer, Phrase.PAUSED, PATIENT_S, urgent=True)

    def _block(self, block: BlockChange, mixer: Mixer) -> None:
        if block.over:
            self._say(mixer, Phrase.RUN_DONE, PATIENT_S)
        elif block.purpose is BlockPurpose.MEASURE:
            self._say(mixer, Phrase.MEASURE, PATIENT_S)
        elif block.count == 1 and block.purpose is BlockPurpose.RETENTION:
            self._say(mixer, Phrase.REMEMBER, PATIENT_S)
        elif block.walk:
            self._say(mixer, Phrase.WALK, PATIENT_S)
        elif block.feedback and self._walked:
            self._say(mixer, Phrase.RUN, PATIENT_S)
        elif block.count > 1:
            self._say(mixer, Phrase.WITH_SOUND if block.feedback else Phrase.WITHOUT_SOUND, PATIENT_S)
        self._walked = block.walk

    def _take(self, change: PhaseChange, mixer: Mixer) -> None:
        if change.reason is PhaseReason.POSTURE_LOST:
            self._say(mixer, Phrase.POSTURE_LOST, PATIENT_S, urgent=True)
            self._position(mixer)
        elif change.reason in (PhaseReason.REST_OVER, PhaseReason.ASKED):
            self._say(mixer, Phrase.NEXT_SET, PATIENT_S, urgent=True)
        elif not self._told and self._drill is not None:
            self._told = True
            if not self._say(mixer, f"{self._drill.name}_{self._drill.side}", PATIENT_S):
                self._say(mixer, Phrase.TAKE_POSITION, PATIENT_S)
        else:
            self._say(mixer, Phrase.TAKE_POSITION, PATIENT_S, urgent=True)

    def _rep(self, rep: Rep, mixer: Mixer) -> None:
        if not rep.full:
            self._tone(mixer, HALF)
            if rep.faults:
                self._explain(mixer, rep.faults[-1])
        elif rep.hold_s < 5:  # a hold ends with its set, which is said
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
            self._say(mixer, prompt.kind, PATIENT_S, urgent=True)
            if prompt.kind is PromptKind.WRONG_POSTURE:
                self._position(mixer)

    def _position(self, mixer: Mixer) -> None:
        if self._drill is not None and self._drill.posture is not None:
            self._say(mixer, self._drill.posture, PATIENT_S)

    def _explain(self, mixer: Mixer, phrase: FormFault | PromptKind) -> None:
        self._explained[phrase] += 1
        if self._explained[phrase] <= EXPLAINED:
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
