"""Every sentence of the checks of plug-ins, by key: what was expected, what was found and how to fix it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """The sentences of a failed check, without full stops; names in braces are filled in."""

    expected: str
    found: str
    fix: str

    @property
    def line(self) -> str:
        """All three in one line."""
        return f"expected {self.expected}; found {self.found}. {self.fix}."


def failure(key: str, values: Mapping[str, object]) -> Failure:
    """Return the sentences of a failed check with its values filled in."""
    form = FAILURES[key]
    return Failure(form.expected.format(**values), form.found.format(**values), form.fix.format(**values))


def reason(key: str, values: Mapping[str, object]) -> str:
    """Return why a check was skipped."""
    return REASONS[key].format(**values)


_SENSOR = {
    "sensor.rates": Failure(
        "supported rates of 40 Hz or more, with the default rate among them",
        "rates {rates}, default {default}",
        "Correct rates_hz and default_rate_hz",
    ),
    "sensor.name": Failure("a name of lower-case letters, digits, - and _", "{name!r}", "Rename the profile"),
    "sensor.outward": Failure("one of the axes {axes} as outward", "{axis!r}", "Correct outward"),
    "sensor.uuid": Failure(
        "a different 128-bit UUID for each characteristic", "{uuid!r} of {source}", "Write UUIDs as 8-4-4-4-12 hexadecimal digits"
    ),
    "sensor.unknown-characteristic": Failure(
        "a start and stop sequence that uses declared characteristics", "{source!r}, which is not declared", "Add it to characteristics"
    ),
    "sensor.property": Failure(
        "the property {wanted} of the characteristic {source}", "{properties}", "Correct the properties, or the start sequence"
    ),
    "sensor.not-known": Failure(
        "knows() to recognize the profile's own service", "False for {service}", "Compare UUIDs in lower case, or correct service"
    ),
    "sensor.unanswered": Failure(
        "an answer to {data} on {source}",
        "{answers}",
        "Return the answer from the peripheral's write(), or correct answer and answer_begins",
    ),
    "sensor.refused": Failure("an answer without a problem at {rate} Hz", "{problem}", "Correct the command, or problem()"),
    "sensor.start": Failure(
        "the peripheral to stream after the start sequence, and to stop after the stop sequence",
        "streaming is {streaming} after {sequence}",
        "Set streaming in the peripheral's write()",
    ),
    "sensor.raises": Failure(
        "decoding to raise only BadInputError, for any bytes",
        "packet {packet} of {source} raises {error}",
        "Check lengths before unpacking, and raise BadInputError for what cannot be right",
    ),
    "sensor.refuses-own": Failure(
        "the decoder to accept what the peripheral sends",
        "packet {packet} of {source} is refused: {error}",
        "Correct encode() or push() by the sensor's specification",
    ),
    "sensor.samples": Failure(
        "about {sent} samples after {sent} were encoded",
        "{heard} samples",
        "Return every sample of a packet, each once",
    ),
    "sensor.round-trip": Failure(
        "{what} within one count ({count:.2g} {unit}) of what was encoded",
        "a difference of {error:.2g} {unit}",
        "Use the same scale and byte order in encode() and push()",
    ),
    "sensor.unit": Failure("{expected:.4g} {unit} for {what}", "{found:.4g}{hint}", "Convert to {unit} before you build Samples"),
    "sensor.sign": Failure("{what} of {expected:+.2f} {unit} along {axis}", "{found:+.2f}", "Correct the sign or the order of the axes"),
    "sensor.rate": Failure(
        "samples every {expected:.4g} s at {rate:g} Hz", "every {found:.4g} s", "Space the samples of a packet by the rate that was set"
    ),
    "sensor.reported-rate": Failure(
        "a decoder that reports {rate:g} Hz", "{found:g} Hz", "Report the rate that the sensor was set to, or None until it is known"
    ),
    "sensor.mtu": Failure(
        "packets of at most {limit} bytes at an MTU of {mtu}", "{length} bytes", "Put fewer samples into a packet (MTU minus 3 bytes)"
    ),
    "sensor.chunks": Failure(
        "the same samples however they are divided into packets",
        "a difference of {error:.2g} {unit} in {what} with {division}",
        "Keep what decoding needs between packets in the decoder, and nothing that depends on the length of a packet",
    ),
    "sensor.repeatable": Failure(
        "the same samples from the same packets, to the last bit", "two decoders that differ", "Do not use the clock or random numbers"
    ),
    "sensor.time-back": Failure(
        "time that rises from sample to sample", "time that goes back after packet {packet} of {source}", "Leave out late samples"
    ),
    "sensor.not-finite": Failure(
        "finite values after damaged packets", "{found} in packet {packet} of {source}", "Raise BadInputError for values that cannot be"
    ),
    "sensor.no-recovery": Failure(
        "samples again within two seconds after damaged packets", "{heard} of {sent} samples", "Reset the framing after a damaged packet"
    ),
    "sensor.wrap": Failure(
        "time that continues when the sensor's counter passes {wrap:g} s",
        "a step of {found:.4g} s between two samples",
        "Unwrap the counter (levelhips.sensors.clock.SensorClock)",
    ),
    "sensor.clock": Failure(
        "has_clock and has_sequence that match what the decoder does",
        "has_clock={has_clock}, has_sequence={has_sequence}, but lost samples {seen} in the sensor's own time",
        "Correct has_clock or has_sequence, or use the sensor's counter in the decoder",
    ),
    "sensor.sequence": Failure(
        "has_sequence={declared} to match what the decoder does",
        "two packets in the wrong order are {done}",
        "Correct has_sequence, or put packets in order by their number",
    ),
    "sensor.link": Failure(
        "samples over Bluetooth within {seconds:g} s after connecting",
        "{found}",
        "Compare the start sequence with the peripheral's write(), and the properties of the characteristics",
    ),
}

_DRILL = {
    "drill.words": Failure("words for {what}", "none", "Add them to the declaration, or to levelhips.words"),
    "drill.instruction": Failure(
        "an instruction with no other names in braces than side and other", "{names}", "Write {{side}} for the hip that works"
    ),
    "drill.range": Failure("a range with its lower end first", "{low:g} to {high:g} deg", "Correct band_deg"),
    "drill.dose-range": Failure("a dose that can be set with the options", "{error}", "Correct dose"),
    "drill.not-simulated": Failure("a drill that the virtual wearer can do", "{error}", "{fix}"),
    "drill.repetitions": Failure(
        "{done} repetitions counted after {done} were done ({side})",
        "{counted}",
        "Check the thresholds of the counting block against the range of the movement",
    ),
    "drill.false-fault": Failure("no form fault of a good wearer ({side})", "{faults}", "Widen the limits in keep"),
    "drill.fault-missed": Failure(
        "the form fault {fault} when the pelvis leaves its limit by 5 deg", "no such fault", "Check signal and sign of the limit in keep"
    ),
    "drill.fault-late": Failure("the form fault {fault} within {limit:g} s", "{found:.2f} s", "Shorten linger_s of the limit in keep"),
    "drill.fault-elsewhere": Failure(
        "the form fault {fault} in repetition {expected} only", "it in {found}", "Widen the limits in keep, or correct their signal"
    ),
    "drill.mirror-count": Failure(
        "{n} repetitions of the mirrored wearer ({other} instead of {side})", "{found}", "Use signals that do not depend on the side"
    ),
    "drill.mirror-side": Failure("repetitions of the {other} hip", "some of the {side} hip", "Use the side that the engine gives"),
    "drill.mirror-range": Failure(
        "the same range on the mirrored side ({other} instead of {side})",
        "a difference of {off:.1f} deg",
        "Use signals that do not depend on the side",
    ),
    "drill.chunks": Failure("the same result however the samples are divided", "{error}", "Keep all state in the counter, per sample"),
    "drill.dose": Failure("{sets} sets of {reps}, and then the end of the drill", "{found}", "Count complete repetitions only, each once"),
    "drill.begins": Failure("one beginning of the drill ({side})", "{n}", "Check the start position"),
    "drill.not-read-back": Failure(
        "events that can be read back from a recording", "a {event} that differs", "Use plain text and finite numbers in the declaration"
    ),
}

_METRIC = {
    "metric.taken": Failure("a key and a column of its own", "{error}", "Rename the metric, or give it a column"),
    "metric.digits": Failure("0 to {limit} digits", "{digits}", "Correct digits"),
    "metric.too-few-digits": Failure("digits that show differences", "one text for all values with {digits} digits", "Increase digits"),
    "metric.raises": Failure("a value for every {event}", "{error}", "Return NaN where it cannot be computed"),
    "metric.missing": Failure(
        "a value for nearly all of the {n} events that count", "{finite} numbers", "Compute it from fields that are measured"
    ),
    "metric.implausible": Failure("values from {low:g} to {high:g} {unit}", "{found:.4g}", "Correct unit or scale"),
    "metric.no-mean": Failure(
        "a mean, as shown_in asks for one", "not one event that counts", "Show it in CSV only, or return numbers for events of quality ok"
    ),
    "metric.no-truth": Failure(
        "a true value in the simulation to compare with, or the reason why there is none",
        "neither",
        "Declare truth=Truth(...), or a sentence",
    ),
    "metric.wrong-word": Failure("the word {expected!r}", "{found!r} (and {n} such words in all)", "Correct field"),
    "metric.bias": Failure(
        "a mean error of at most {limit:g} {unit} against the truth", "{found:+.4g}", "Check sign, unit and scale of the field"
    ),
    "metric.scatter": Failure(
        "errors with a standard deviation of at most {limit:g} {unit}",
        "{found:.4g}",
        "Check that it belongs to this event, not to a neighbor",
    ),
    "metric.mirror": Failure(
        "the means {expected} {unit} on the other side of the mirrored runner", "{found}", "Use event.side; do not name left or right"
    ),
    "metric.table": Failure("a row for each of {expected} events", "{found} rows", "Return one value for each event"),
    "metric.round-trip": Failure("{value!r} in the table", "{cell!r}", "Return a number, or a word without line breaks"),
    "metric.invented": Failure(
        "NaN for an event without measurements", "{value:.4g}", "Do not replace NaN by a number: a value that is missing has no mean"
    ),
}

_EXPORTER = {
    "exporter.files": Failure("the files that write() returns ({named})", "{found}", "Return every file that was written, and no other"),
    "exporter.missing": Failure("values of the metric {metric} from read()", "none", "Correct writes, or return them from read()"),
    "exporter.length": Failure("{n} values of {metric}, one for each event", "{found}", "Write every event in its order"),
    "exporter.value": Failure("{metric} of {expected!r} after reading back", "{found!r}", "Check the unit, the sign and the digits"),
    "exporter.disk": Failure("a LevelHipsError if the disk is full", "{found}", "Raise a LevelHipsError from OSError"),
    "exporter.folder": Failure("a LevelHipsError if the folder cannot be made", "{found}", "Raise a LevelHipsError from OSError"),
    "exporter.left-behind": Failure(
        "no new file after a failure", "{found}", "Write into a temporary file and rename it (levelhips.files.replacing)"
    ),
    "exporter.changed": Failure(
        "earlier results unchanged after a failure", "{found}", "Write into a temporary file and rename it (levelhips.files.replacing)"
    ),
}

_IMPORTER = {
    "importer.own": Failure("{file}, an example, to be recognized", "False", "Correct recognizes(), or the example"),
    "importer.refuses-own": Failure("the example to be read", "{error}", "Correct read(), or the example"),
    "importer.raises": Failure(
        "nothing but a LevelHipsError for any file", "{file} raises {error}", "Raise BadInputError for what cannot be right"
    ),
    "importer.samples": Failure("{sent} samples, as in the example", "{found}", "Read every row once"),
    "importer.value": Failure(
        "{what} within {limit:g} {unit} of the example", "a difference of {found:.3g}", "Check units, signs and the order of the columns"
    ),
    "importer.unit": Failure(
        "a file to be refused whose numbers fit another unit than the one it names",
        "it read, whatever the numbers",
        "Return the unit in Imported and the numbers as they are: they are compared",
    ),
    "importer.not-finite": Failure("finite samples", "a value that is not a number", "Leave such rows as NaN in Imported, or out"),
    "importer.time-back": Failure("time that rises from sample to sample", "time that goes back", "Do not sort or shift rows"),
    "importer.foreign": Failure("{file} to be refused", "it recognized", "Let recognizes() look at the header"),
}

_ANY = {
    "any.raises": Failure("the check to run without an exception", "{error}", "Handle this case, or raise a LevelHipsError"),
    "plugin.load": Failure("the entry point {target} to load", "{error}", "Correct the entry point, or the module it names"),
    "plugin.kind": Failure("the entry point {target} to be a {kind}", "a {found}", "Name the declaration, not its module or a function"),
    "plugin.name": Failure("the entry point to have the plug-in's own name, {name!r}", "{entry!r}", "Use one name in both places"),
}

FAILURES: dict[str, Failure] = {**_ANY, **_SENSOR, **_DRILL, **_METRIC, **_EXPORTER, **_IMPORTER}

REASONS: dict[str, str] = {
    "exporter.not-installed": "{error}",
    "exporter.not-read": "the exporter declares no read(), so nothing can be compared",
    "exporter.no-limit": "this system cannot limit the size of files",
    "importer.no-examples": "the importer declares no examples",
    "metric.word": "the metric is a word",
    "metric.why-not": "not compared with the simulation: {why}",
    "drill.no-faults": "the drill declares no form faults",
    "sensor.no-peripheral": "the profile has no peripheral, so there is nothing to compare with",
    "sensor.no-virtual": "needs Bumble: pip install 'levelhips[virtual]'",
}

NOT_INSTALLED = "No plug-in named {name!r} is installed"
UNKNOWN_KIND = "There is no kind of plug-in {kind!r}"
CHOOSE = "Choose one of: {names}"
