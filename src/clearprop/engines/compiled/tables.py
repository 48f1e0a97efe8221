"""The tables that kernels are given: what stands in which column, and how they are pointed to.

A plan says where everything is and what is to be done; beside it go the rows, the memory that is written to, and the
course of the batches.
"""

from typing import Any, NamedTuple

from clearprop.engines.compiled.argument_kinds import D_POINTER, N_POINTER, X_POINTER, Pointers
from clearprop.engines.compiled.jit import part
from clearprop.engines.compiled.pointers import pointer

# Columns of `layers`, which has a row for the features and one for each layer: units; as many in whole machine vectors;
# numbers from row to row; where z, f(z), the layer's output (after its share and dropout) and delta begin; where the
# layer's [W; b] begins among the parameters, in panels, and W in transposed panels; which functions are activation and
# slope; where the activation's settings begin, where its units' shares begin among the parameters and where the layer
# stands in a row of dropout masks, each NONE where there is none; whether its delta is laid out in panels for the
# gradient.
UNITS, WIDTH, STRIDE, Z, A, OUTPUT, DELTA, PARAMETERS, PANELS, TRANSPOSED, ACTIVATE, SLOPE, SETTINGS, SHARE = range(14)
MASK, LARGE = range(SHARE + 1, SHARE + 3)
LAYER_COLUMNS = LARGE + 1
NONE = -1
# Columns of `inputs`, which has a row for each where X is not fed as it is: which functions are value and gradient; its
# first column of X and how many it has; its first feature; where its parameters begin; where their gradient is added up
# (NONE where each block's is when it is wanted); its own sizes, such as categories or frequencies, and features of one.
VALUE, GRADIENT, FIRST_COLUMN, N_COLUMNS, FIRST_FEATURE, FIRST_PARAMETER, SUMS, COUNT, SIZE = range(9)
INPUT_COLUMNS = SIZE + 1
# Columns of `blocks` of parameters: of what they are; of which layer or input; the first and last of the rows of its
# [W; b], of its shares, or of the input's table; where they begin among the parameters, as the row after the last block
# says where they end; and which spans of the layout they lie in, from the first to before the last.
KIND, WHOSE, FIRST, LAST, START, FIRST_SPAN, LAST_SPAN = range(7)
BLOCK_COLUMNS = LAST_SPAN + 1
OF_SUMS, OF_SHARE, OF_INPUT = range(3)
# Entries of `places`: how many layers (with the features), blocks and parameters there are; whether X is sparse and
# rows have weights; where targets and the rows' shares begin; which functions are the loss, what the optimiser computes
# once a step, and its step; where the loss's settings begin; whether it gives dl/dz at once; rows of a tile; numbers of
# a row of masks, and of the gradient of a block (0 if all of the gradient is kept); how many groups there are; where
# the slices of the workers begin, and how many numbers each has (0 if no layer is large); how many inputs there are (0
# where X is fed as it is), numbers of a row of X, and whether inputs learn; where the room of the workers begins, and
# how many numbers each has; which functions are the input stage and the shares of activations.
LAYERS, BLOCKS, ALL, SPARSE, WEIGHTED, TARGETS, SHARES, LOSS, CONSTANTS, UPDATE, LOSS_SETTINGS, GIVES_DELTA = range(12)
TILE, MASKS, BLOCK, GROUPS, SLICES, OF_SLICE, INPUTS, ROW, LEARN, ROOM, OF_ROOM = range(12, 23)
FEED, ADD_UP_INPUTS, INPUT_GRADIENT, MIX, THROUGH_SHARES, ADD_UP_SHARES = range(23, 29)
N_PLACES = ADD_UP_SHARES + 1
# The first of the functions.
PRODUCT = 0
# Entries of `strengths`: L1, L2, decoupled decay, the longest gradient; the optimiser's settings follow.
L1, L2, DECAY, LONGEST, OF_OPTIMIZER = range(5)
# Of each span, the factors on its rate and its decay.
RATE_FACTOR, DECAY_FACTOR = range(2)
SPAN_COLUMNS = DECAY_FACTOR + 1


class Plan(NamedTuple):
    """Where everything is, and what is to be done; the same for all runs of a training.

    Of the parameters' spans, and of the groups of neighbours that are stepped at one rate, it has where they begin (and
    where the last one ends) and their factors.
    """

    functions: Any
    layers: Any
    inputs: Any
    blocks: Any
    places: Any
    settings: Any
    strengths: Any
    spans: Any
    factors: Any
    groups: Any
    rates: Any


class Data(NamedTuple):
    """Rows of X, dense (only `values`) or CSR; of y; and what the rows count, if anything."""

    values: Any
    starts: Any
    columns: Any
    y: Any
    weight: Any


class Memory(NamedTuple):
    """What is written to: work space, gradient, parameters, slots, and what rows, blocks and batches come to."""

    space: Any
    gradient: Any
    parameters: Any
    slots: Any
    losses: Any
    squares: Any
    penalties: Any
    constants: Any
    done: Any


class Course(NamedTuple):
    """How the batches go.

    The order of the rows, the dropout masks from the first row on, the rate of each batch and its factor on decay, and
    each epoch's sums.
    """

    order: Any
    masks: Any
    rates: Any
    decays: Any
    sums: Any


PLAN = Pointers.to(
    Plan,
    functions=N_POINTER,
    layers=N_POINTER,
    inputs=N_POINTER,
    blocks=N_POINTER,
    places=N_POINTER,
    settings=X_POINTER,
    strengths=D_POINTER,
    spans=N_POINTER,
    factors=D_POINTER,
    groups=N_POINTER,
    rates=D_POINTER,
)
DATA = Pointers.to(Data, values=X_POINTER, starts=N_POINTER, columns=N_POINTER, y=X_POINTER, weight=X_POINTER)
MEMORY = Pointers.to(
    Memory,
    space=X_POINTER,
    gradient=X_POINTER,
    parameters=X_POINTER,
    slots=X_POINTER,
    losses=D_POINTER,
    squares=D_POINTER,
    penalties=D_POINTER,
    constants=D_POINTER,
    done=N_POINTER,
)
COURSE = Pointers.to(Course, order=N_POINTER, masks=X_POINTER, rates=D_POINTER, decays=D_POINTER, sums=D_POINTER)


@part
def layer_of(plan, level):
    """A layer's row of the plan."""
    return pointer(plan.layers, level * LAYER_COLUMNS)


@part
def block_of(plan, block):
    """A block's row of the plan."""
    return pointer(plan.blocks, block * BLOCK_COLUMNS)


@part
def input_of(plan, number):
    """An input's row of the plan."""
    return pointer(plan.inputs, number * INPUT_COLUMNS)


@part
def gradient_of(plan, memory, block, worker):
    """A block's gradient: at its own place if all is kept, else where the worker has its one block."""
    one = plan.places[BLOCK]
    return pointer(memory.gradient, worker * one if one > 0 else block_of(plan, block)[START])


@part
def room_of(plan, memory, worker):
    """Where a worker has room for numbers of its own."""
    return pointer(memory.space, plan.places[ROOM] + worker * plan.places[OF_ROOM])
