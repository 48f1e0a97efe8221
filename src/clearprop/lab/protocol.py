"""What the lab's page asks, and what it is answered: every message, typed once.

The page pulls: it sends a request and waits for the one reply. A reply is a header, which is one of the structs here
as JSON, and the arrays that the header announces, as little-endian bytes one after the other, in that order.
`frontend/src/protocol.ts` holds the same types for the page, and is written from these.

Names are those of `explain`: `W2[3,1]` is the weight from neuron 3 of layer 1 to neuron 1 of layer 2, `b2[1]`, `z2[1]`,
`a2[1]`, `delta2[1]`, `x[2]`, `y[1]`; layers, neurons, inputs and outputs are counted from 1 in names and from 0 in
arrays. Rows are counted from 0. Epochs and batches that have passed are counted, so that the start is (0, 0).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Raw, Struct, field

Count = Annotated[int, Meta(ge=0)]
Positive = Annotated[int, Meta(ge=1)]
Share = Annotated[float, Meta(ge=0, lt=1)]
# What a person may write into a field of a form.
Text = Annotated[str, Meta(max_length=200)]
Names = Annotated[list[Text], Meta(max_length=256)]


# -- what is chosen --------------------------------------------------------------------------------------------------


class Choice(Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=False):
    """Something that is chosen, and stands in a link."""


class Preset(Choice, tag="preset"):
    """Rows that are drawn by a rule: of the data sets in `Catalogue.datasets`."""

    name: Text = "circles"
    rows: Annotated[int, Meta(ge=4, le=5_000)] = 300
    noise: Annotated[float, Meta(ge=0, le=1)] = 0.1
    seed: Count = 0


class Drawn(Choice, tag="drawn"):
    """Points that were drawn with the pointer: x1, x2 and the class (or the target) of each."""

    points: Annotated[list[tuple[float, float, float]], Meta(max_length=5_000)]
    task: Literal["classification", "regression"] = "classification"


class Pasted(Choice, tag="pasted"):
    """A table as text: with a line of names, comma, semicolon or tab between cells."""

    text: Annotated[str, Meta(max_length=900_000)]
    inputs: Names = field(default_factory=list)  # empty: all columns of numbers but the target
    target: Text = ""  # empty: the last column
    task: Literal["", "classification", "regression"] = ""  # empty: as the target looks


class Divided(Choice, tag="divided"):
    """Points of the square from -1 to 1, of two classes: above and below y = f(x)."""

    formula: Text = "sin(3*x)/2"
    rows: Annotated[int, Meta(ge=4, le=5_000)] = 300
    noise: Annotated[float, Meta(ge=0, le=1)] = 0.0
    seed: Count = 0


class Curve(Choice, tag="curve"):
    """One input and one target: y = f(x) for x from -1 to 1, noise added. A regression."""

    formula: Text = "sin(3*x)"
    rows: Annotated[int, Meta(ge=4, le=5_000)] = 60
    noise: Annotated[float, Meta(ge=0, le=1)] = 0.1
    seed: Count = 0


class Given(Choice, tag="given"):
    """The rows that were given to `Lab(model, X, y)`; they stand in no link."""


# Where rows come from.
Data = Preset | Drawn | Pasted | Divided | Curve | Given


class LayerChoice(Choice):
    """A hidden layer."""

    units: Annotated[int, Meta(ge=1, le=1_024)] = 4
    activation: Text = "tanh"
    dropout: Share = 0.0


class Settings(Choice):
    """All that is chosen for a network and its training: what a link holds, what `Configure` takes.

    `features` are names of `Catalogue.features`, made of the two columns of the plane (`x1`, `x2`, `x1^2`, ...); empty
    for rows whose columns are the inputs as they are. `standardized` inputs, and targets of a regression, have mean 0
    and deviation 1 over the rows that are trained on. `output_activation` and `loss` may be empty: as the task has
    it. `held_out` is the share of rows that are not trained on; of fewer than 20 none are held out. `weights` are all
    parameters, in the layout's order, where they are to begin with other numbers than those that the initializer draws
    from `seed`. `hidden` are controls that the page leaves out, of `Catalogue.controls`.
    """

    data: Data = field(default_factory=Preset)
    features: Names = field(default_factory=list)
    standardized: bool = False
    held_out: Annotated[float, Meta(ge=0, le=0.9)] = 0.3
    layers: Annotated[list[LayerChoice], Meta(max_length=12)] = field(
        default_factory=lambda: [LayerChoice(units=4), LayerChoice(units=2)]
    )
    output_activation: Text = ""
    loss: Text = ""
    initializer: Text = ""
    optimizer: Text = "adam"
    learning_rate: Annotated[float, Meta(gt=0, le=1e6)] = 0.03
    schedule: Text = "constant"
    batch_size: Annotated[int, Meta(ge=0, le=5_000)] = 10  # 0: all rows
    epochs: Annotated[int, Meta(ge=1, le=1_000_000)] = 100_000
    l1: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    l2: Annotated[float, Meta(ge=0, le=1e6)] = 0.0
    clip_norm: Annotated[float, Meta(ge=0)] = 0.0  # 0: gradients are not clipped
    shuffle: bool = True
    dtype: Literal["float64", "float32"] = "float64"
    seed: Count = 0
    weights: Annotated[list[float], Meta(max_length=100_000)] | None = None
    hidden: Names = field(default_factory=list)


# -- requests --------------------------------------------------------------------------------------------------------


class Request(Struct, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """What the page asks. `id` is repeated in the reply; `view` says what the page has to draw."""

    id: Count = 0


class View(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a `Frame` should bring, beside the numbers of the network.

    `plane` is the number of points a side of the decision boundary's grid, `maps` of every neuron's heat map; 0 for
    none. `row` is the sample that is looked at. `curve` is how many points of the loss curve the page wants at most.
    `axes` are the input columns that span the plane, where there are more than two.
    """

    plane: Annotated[int, Meta(ge=0, le=128)] = 64
    maps: Annotated[int, Meta(ge=0, le=48)] = 20
    row: Count = 0
    curve: Annotated[int, Meta(ge=2, le=2_000)] = 400
    axes: tuple[Count, Count] = (0, 1)


class Open(Request, tag="open"):
    """The first request: `Opened` has what can be chosen, and where things stand.

    `link` is the fragment of the page's address, where it has one: the session begins with its settings.
    """

    link: Annotated[str, Meta(max_length=60_100)] = ""
    view: View = View()


class Configure(Request, tag="configure"):
    """Begin anew with these settings. Refused with the field's name where one cannot be; all stays as it was then."""

    settings: Settings
    view: View = View()


class Look(Request, tag="look"):
    """A frame of where things stand; nothing moves."""

    view: View = View()


class Tick(Request, tag="tick"):
    """Train for about so long, by whole batches (`grain` "batch": one at a time; "epoch": whole epochs)."""

    budget: Annotated[float, Meta(gt=0, le=1_000)] = 12.0  # milliseconds
    grain: Literal["batch", "epoch"] = "epoch"
    most: Positive = 1_000_000  # of that grain
    view: View = View()


Grain = Literal["operation", "layer", "sample", "batch", "epoch"]


class Step(Request, tag="step"):
    """Go forwards (1) or back (-1) by one of these."""

    grain: Grain = "batch"
    direction: Literal[1, -1] = 1
    view: View = View()


class Seek(Request, tag="seek"):
    """Stand where `epoch` epochs and `batch` batches of the next had passed: rewind, or replay what was rewound."""

    epoch: Count
    batch: Count = 0
    view: View = View()


class SetNumber(Request, tag="set_number"):
    """Change a weight, bias, input or target of the row that is looked at: everything follows."""

    name: Text
    value: float
    view: View = View()


class Explain(Request, tag="explain"):
    """Derive a number: for the row that is looked at ("sample"), or the mean of the present batch and the step."""

    name: Text
    scope: Literal["sample", "batch"] = "sample"
    row: Count = 0
    digits: Annotated[int, Meta(ge=2, le=17)] = 5


class Diagnose(Request, tag="diagnose"):
    """What the doctor says."""


class ReadTable(Request, tag="read_table"):
    """What columns a pasted or uploaded table has, before it is trained on."""

    text: Annotated[str, Meta(max_length=900_000)]


class TakeAway(Request, tag="take_away"):
    """The present state in another form."""

    form: Literal["python", "latex", "svg", "link", "replay", "explanation"]
    name: Text = ""  # of what is explained, for "latex" and "explanation"
    scope: Literal["sample", "batch"] = "sample"
    hidden: Names = field(default_factory=list)  # controls that whoever opens the "link" does not see
    view: View | None = None  # where there is none, the row is meant that was looked at last


class Surface(Request, tag="surface"):
    """The loss over two parameters, the others as they are, and the way that training took over it."""

    across: Text
    up: Text
    points: Annotated[int, Meta(ge=5, le=101)] = 41
    span: Annotated[float, Meta(ge=0, le=1e6)] = 0.0  # half the side; 0: as the path needs


class Race(Request, tag="race"):
    """Several optimisers from the same start, on the same rows in the same order, for so many epochs."""

    optimizers: Annotated[list[Text], Meta(min_length=1, max_length=10)]
    rates: Annotated[list[float], Meta(max_length=10)] = field(default_factory=list)  # empty: their usual ones
    epochs: Annotated[int, Meta(ge=1, le=10_000)] = 100
    across: Text = ""
    up: Text = ""


class TakeLesson(Request, tag="lesson"):
    """Begin a lesson, of `Catalogue.lessons`, which goes on until it is left by "", with what it has set up."""

    name: Text
    view: View = View()


AnyRequest = (
    Open
    | Configure
    | Look
    | Tick
    | Step
    | Seek
    | SetNumber
    | Explain
    | Diagnose
    | ReadTable
    | TakeAway
    | Surface
    | Race
    | TakeLesson
)


# -- replies ---------------------------------------------------------------------------------------------------------


class ArrayInfo(Struct, frozen=True):
    """An array that follows the header. Where `Frame.arrays` says what stands in each."""

    name: str
    dtype: Literal["float32", "float64", "uint8", "int32"]
    shape: list[int]


class Reply(Struct, kw_only=True, tag_field="type", omit_defaults=False):
    """What the page is answered; `id` is the request's."""

    id: int = 0
    arrays: list[ArrayInfo] = field(default_factory=list)


class Refused(Reply, tag="refused"):
    """Nothing was changed. `message` is for people and names value, rule and remedy; `field` is the setting's path.

    The path is such as "layers.0.activation" or "learning_rate"; empty where it is no setting's fault.
    """

    message: str
    field: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """Something that can be chosen: its name, what it is called, a sentence of help, and its formula in LaTeX."""

    name: str
    title: str
    help: str
    formula: str = ""
    number: float | None = None  # of an optimiser its usual rate
    amounts: list[Literal["rows", "noise", "seed"]] = field(default_factory=list)  # that a data set depends on


class Lesson(Struct, frozen=True, kw_only=True):
    """A lesson: `steps` are what is said and what is to be done, one after the other."""

    name: str
    title: str
    summary: str
    steps: list[LessonStep]
    hidden: list[str]  # controls that it does not need, of `Catalogue.controls`
    sheet: str = ""  # the name of the lesson sheet in the docs


class LessonStep(Struct, frozen=True, kw_only=True):
    """A paragraph (LaTeX between dollars), what to do, a question and its answer; what the page selects for it."""

    text: str
    do: str = ""
    question: str = ""
    answer: str = ""
    select: str = ""  # a name whose derivation is opened
    equations: list[str] = field(default_factory=list)  # LaTeX: the article's as printed, and as it should be


class Catalogue(Struct, frozen=True, kw_only=True):
    """All that can be chosen, with help for each: the page has no list of its own."""

    datasets: list[Entry]
    features: list[Entry]
    activations: list[Entry]
    losses: list[Entry]
    optimizers: list[Entry]
    schedules: list[Entry]
    initializers: list[Entry]
    lessons: list[Lesson]
    controls: list[Entry]  # every control of the page, by name, with its help; a lesson or a link may hide some
    functions: list[str]  # what a formula may use, such as sin


class DataInfo(Struct, frozen=True, kw_only=True):
    """The rows as they are trained on.

    Arrays: "data.plane" float64 (rows, 2), the place of each in the plane (of one input: x and y); "data.target"
    float64 (rows, outputs), for classes (rows, 1) the class's number; "data.held_out" uint8 (rows,);
    of one or two columns "data.features" float32 (inputs, side, side), what each input is over the plane, as it is fed
    and with as many points as `View.maps` asks for (of one column (inputs, side)).
    """

    task: Literal["classification", "regression"]
    rows: int
    trained: int
    input_names: list[str]  # of the network's inputs, features applied
    column_names: list[str]  # of the raw columns, of which two span the plane
    class_names: list[str]  # empty for a regression
    target_names: list[str]
    plane: list[list[float]]  # [[least, greatest] across, [least, greatest] up] of what is drawn
    answers: list[float]  # least and greatest number that a heat map or a regression's boundary shows
    one_input: bool  # then a curve is drawn, not a plane


class NetworkInfo(Struct, frozen=True, kw_only=True):
    """What is trained."""

    sizes: list[int]
    activations: list[str]
    loss: str
    optimizer: str
    parameters: int
    batch_size: int
    batches: int  # an epoch


class Point(Struct, frozen=True, kw_only=True):
    """A point of the loss curve."""

    epoch: int
    loss: float | None
    validation_loss: float | None
    metric: float | None  # accuracy or R2, of the held-out rows where there are any
    rate: float


class Operation(Struct, frozen=True, kw_only=True):
    """The one small thing that is done next, or was done last, within a batch.

    `lit` are the names whose numbers take part, `equation` is it in LaTeX with its numbers, `says` in words.
    """

    phase: Literal["forward", "loss", "backward", "update"]
    kind: Literal["z", "a", "loss", "delta", "gradient", "mean", "update"]
    layer: int  # from 1
    name: str  # such as z1[2]; of an update the layer's, such as W1
    lit: list[str]
    equation: str
    says: str


class Place(Struct, frozen=True, kw_only=True):
    """Where training stands.

    Between batches `sample` and `done` are 0 and `operation` is None. Within one, `done` operations of `total` of this
    sample have been done; after the last sample come the operations of the update, where `sample` is `samples`.
    """

    epoch: int
    batch: int
    sample: int
    samples: int
    done: int
    total: int
    operation: Operation | None
    furthest: tuple[int, int]  # epoch and batch, as far as has been trained: up to there Seek replays


class Badge(Struct, frozen=True, kw_only=True):
    """What is wrong with a unit, or with a number."""

    unit: str  # such as a1[3]; or the first number that is not finite, such as z2[1]
    kind: Literal["saturated", "dead", "exploding", "not finite", "constant"]
    says: str


class Frame(Reply, tag="frame"):
    """All that is to be drawn. NaN in an array: it is not computed yet, within a batch.

    Arrays, where the view asks for them:
    "parameters" float64 (n,), "gradient" float64 (n,) of the batch that comes next (within a batch: so far),
    "update" float64 (n,) what the last step changed;
    "x" (inputs,), "y" (outputs,), "z" (units,), "a" (units,), "delta" (units,) float64 of the sample that is looked
    at, hidden and output layers one after the other; "row_loss" (1,);
    "plane" float32 (side, side, channels): the output over the plane, first row at the bottom, a channel a class (one
    for two classes or a regression; of `one_input` (side, 1, channels)); "maps" float32 (units, side, side), likewise
    for every unit, or (units, side) of one input;
    "predicted" float32 (rows,): of each row the class's number, or the answer.
    Of `Opened`, and where a row was changed by hand since the frame before, or `View.axes` are others, the arrays of
    `DataInfo` come too.
    Parameters are in the layout's order: W1 row by row (from each input to all neurons), b1, W2, b2, ...
    """

    place: Place
    row: int  # that is looked at
    loss: float | None  # of the rows that are trained on, as they stand, without penalty
    validation_loss: float | None
    metric: float | None
    validation_metric: float | None
    metric_name: str
    rate: float
    curve: list[Point]
    badges: list[Badge]
    alert: str  # why training cannot go on, and what to do; empty where it can
    stopped: str  # why training has ended; empty while it has not
    edited: bool  # a number was changed by hand since the start
    span: list[list[float]]  # [[least, greatest] across, [least, greatest] up] of "plane" and "maps", for `View.axes`
    speed: float = 0.0  # epochs a second, of a tick


class Opened(Reply, tag="opened"):
    """Everything there is to know at the beginning, and after `Configure` and `TakeLesson`."""

    settings: Settings
    network: NetworkInfo
    data: DataInfo
    frame: Frame
    catalogue: Catalogue | None = None  # where `Open` was asked
    lesson: Lesson | None = None
    title: str = ""
    can: list[str] = field(default_factory=list)  # which requests are answered: of a replay only some


class Derivation(Reply, tag="derivation"):
    """The explanation of a number, as its JSON has it, with the names that every formula speaks of.

    In the LaTeX each symbol, and each number that stands in a symbol's place, is wrapped in
    \\htmlData{name=...}{...}, where [ ] and , of the name are written (, ) and ;.
    """

    name: str
    scope: Literal["sample", "batch"]
    explanation: Raw
    path: list[str]  # of names, from the parameter to the loss: what lights up
    opens: list[str]  # names whose own derivations can be opened from here
    difference: float | None = None  # the finite difference
    relative_error: float | None = None
    verdict: str = ""
    value: float | None = None
    headline: str = ""  # LaTeX: the number and what it comes to, in one line
    text: str = ""  # the same in words and Unicode, for screen readers and copying
    rows: list[int] = field(default_factory=list)  # of the data, whose contributions they are, in their order


class Advice(Struct, frozen=True, kw_only=True):
    """A finding of the doctor's: what, the evidence and the remedy; `change` is the remedy as settings."""

    name: str
    evidence: str
    remedy: str
    change: dict[str, Any] = field(default_factory=dict)


class Diagnosed(Reply, tag="diagnosed"):
    """What the doctor found, most fundamental first; healthy where there is nothing."""

    findings: list[Advice]
    badges: list[Badge]


class Column(Struct, frozen=True, kw_only=True):
    """A column of a table that was pasted."""

    name: str
    kind: Literal["number", "text"]
    values: list[str]  # the first few
    distinct: int


class TableRead(Reply, tag="table_read"):
    """What a pasted table has."""

    rows: int
    columns: list[Column]
    target: str  # what would be taken
    task: Literal["classification", "regression"]


class TakenAway(Reply, tag="taken_away"):
    """A text to copy or to save under this name."""

    text: str
    file: str
    media: str


class SurfaceDrawn(Reply, tag="surface_drawn"):
    """Arrays: "surface" float32 (points, points), the loss, first row at the bottom; "path" float64 (n, 3).

    A point of the path is across, up and the loss that the network as a whole had then. Of a wide network there may be
    fewer points than were asked for.
    """

    across: list[float]  # least and greatest
    up: list[float]
    rows: int = 0  # that the loss is of: evenly spread ones of those that are trained on, where there are many


class Runner(Struct, frozen=True, kw_only=True):
    """How one optimiser fared; its way over the surface is the array "path.<name>", (epochs + 1, 2)."""

    name: str
    rate: float
    losses: list[float | None]  # at the start and after each epoch
    ended: str  # why, where it diverged


class Raced(Reply, tag="raced"):
    """The optimisers' losses, in the order they were asked for."""

    runners: list[Runner]


AnyReply = Refused | Opened | Frame | Derivation | Diagnosed | TableRead | TakenAway | SurfaceDrawn | Raced
