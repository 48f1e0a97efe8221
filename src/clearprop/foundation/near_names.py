"""What an unknown name may have been meant for: another spelling, or what other libraries call the same thing."""

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

# How alike two spellings are, from 0 to 1, so that one may be a slip for the other.
CLOSE = 0.75

P = ParamSpec("P")
R = TypeVar("R")

# Keywords that mean the same in different libraries; meant is the first of a line that a function takes.
SYNONYMS = (
    "learning_rate_init learning_rate eta0 lr eta step_size rate alpha0 initial_lr",
    "schedule learning_rate scheduler lr_scheduler lr_schedule learning_rate_schedule lr_decay",
    "max_iter epochs n_epochs num_epochs nb_epochs max_epochs n_iter num_iter iterations n_iterations max_iterations",
    "solver optimizer optimiser opt algorithm",
    "batch_size minibatch_size bs",
    "alpha l2 weight_decay l2_regularization l2_penalty l2_reg reg regularization lambda reg_lambda",
    "decoupled_decay weight_decay",
    "rates learning_rates lr_mult lr_multipliers param_groups parameter_groups groups",
    "l1 l1_regularization l1_penalty l1_reg",
    "decay rho alpha smoothing",
    "hidden_layer_sizes layer_sizes hidden n_hidden hidden_layers hidden_sizes hidden_units hidden_size hidden_dim "
    "num_hidden layers units n_units sizes",
    "activation activations act activation_function activation_fn hidden_activation nonlinearity",
    "output_activation out_activation final_activation last_activation",
    "loss loss_function loss_fn criterion objective cost cost_function error_function",
    "initializer initialiser init weight_init weights_init init_method kernel_initializer initialization",
    "random_state rng seed random_seed generator",
    "validation_fraction validation validation_split val_split val_fraction validation_size val_size test_size",
    "validation X_val validation_data validation_set val_data eval_set val valid",
    "n_iter_no_change patience early_stopping_rounds no_improvement_rounds",
    "early_stopping patience early_stop",
    "tol tolerance min_delta",
    "keep_best restore_best_weights save_best",
    "clip_norm clipnorm max_norm max_grad_norm grad_clip gradient_clip gradient_clip_val gradient_clipping",
    "dropout dropout_rate drop_rate p drop_prob",
    "class_weight class_weights",
    "sample_weight sample_weights weights weight",
    "scoring metric metrics scorer",
    "verbose progress verbosity progress_bar show_progress",
    "callbacks callback hooks",
    "engine backend device compiler jit",
    "dtype precision float_type",
    "momentum mu",
    "nesterovs_momentum nesterov use_nesterov",
    "beta_1 betas b1",
    "beta_2 betas b2",
    "epsilon eps",
    "max_fun max_evaluations maxfun max_eval",
    "memory history_size maxcor m",
    "fit_intercept use_bias bias intercept",
    "factor gamma decay_rate",
    "every step_size period decay_steps",
    "least eta_min min_lr lr_min end_learning_rate",
    "power power_t",
    "negative_slope alpha leak leakiness slope",
    "width delta beta",
    "q quantile tau alpha",
    "threshold margin",
    "deviation std stddev sigma scale",
    "feature_names features columns input_names",
    "class_names target_names labels output_names",
    "name of what target parameter",
    "baseline baselines reference background",
    "steps n_steps n_points num_steps",
    "x X inputs rows data",
    "y targets labels target",
    "path file filename file_name filepath fname",
)


def near(name: str, known: Iterable[str], known_as: Mapping[str, Collection[str]] | None = None) -> list[str]:
    """Those of the known names that are meant, as far as can be told; none where it cannot.

    Parameters
    ----------
    name : str
        What was given.
    known : iterable of str
    known_as : mapping of str to collections of str, optional
        Known names, and what else the same is called elsewhere.

    Examples
    --------
    >>> near("ReLU", ["relu", "leaky_relu"]), near("Swish", ["silu"], {"silu": ["swish"]}), near("tahn", ["tanh"])
    (['relu'], ['silu'], ['tanh'])
    """
    given, known = _plain(name), list(known)
    same = [one for one in known if _plain(one) == given]
    if same:
        return same
    others = {one: [_plain(other) for other in (known_as or {}).get(one, ())] for one in known}
    called_so = [one for one in known if given in others[one]]
    if called_so:
        return called_so
    spellings = {spelling: one for one in reversed(known) for spelling in (*others[one], _plain(one))}
    return [spellings[spelling] for spelling in get_close_matches(given, spellings, n=1, cutoff=CLOSE)]


def did_you_mean(names: Collection[str]) -> str:
    """The question for the end of a message; nothing where there is nothing to ask.

    Examples
    --------
    >>> did_you_mean(["alpha", "decoupled_decay"])
    ", did you mean 'alpha' or 'decoupled_decay'?"
    """
    return f", did you mean {' or '.join(map(repr, names))}?" if names else ""


def near_keywords(name: str, taken: Collection[str]) -> list[str]:
    """Those of the keywords that a function takes that an unknown one may stand for.

    Examples
    --------
    >>> near_keywords("lr", ["learning_rate", "schedule"]), near_keywords("shufle", ["shuffle"])
    (['learning_rate'], ['shuffle'])
    """
    same = [one for one in taken if _plain(one) == _plain(name)]
    meant = [next((one for one in line if one in taken), None) for line in _lines_with(_plain(name))]
    return same or list(dict.fromkeys(filter(None, meant))) or near(name, taken)


def check_keywords(function: str, taken: Collection[str] | None, keywords: Iterable[str]) -> None:
    """Raise TypeError, with the near name, for the first keyword that a function does not take; None is any."""
    if taken is None:
        return
    for name in keywords:
        if name not in taken:
            hint = did_you_mean(near_keywords(name, taken)) or f". It takes: {', '.join(taken) or 'none'}"
            raise TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")


def says_near_keywords(function: Callable[P, R]) -> Callable[P, R]:
    """Decorate a function, so that it answers a keyword that it does not take with the near one."""
    taken = _keywords(function)

    @wraps(function)
    def checked(*args: P.args, **keywords: P.kwargs) -> R:
        check_keywords(function.__name__, taken, keywords)
        return function(*args, **keywords)

    return checked


class SaysNearKeywords:
    """A class whose constructor answers a keyword that it does not take with the near one."""

    if not TYPE_CHECKING:  # the constructor has the parameters of __init__, no others

        def __new__(cls, *args: Any, **keywords: Any) -> Any:
            """The object, not yet initialised."""
            if cls.__init__ is object.__init__:
                if args:
                    raise TypeError(f"{cls.__name__}() takes no arguments, got {args[0]!r}")
                check_keywords(cls.__name__, (), keywords)
            elif keywords:
                check_keywords(cls.__name__, _keywords(cls.__init__), keywords)
            return super().__new__(cls)

        # A class without a constructor of its own takes nothing, and is shown so.
        __new__.__signature__ = inspect.Signature([inspect.Parameter("cls", inspect.Parameter.POSITIONAL_ONLY)])


def no_attribute(thing: object, name: str, instead: Mapping[str, str]) -> AttributeError:
    """The error for an attribute that is not there, with what to write instead of those that are often tried."""
    hint = f": {instead[name]}" if name in instead else ""
    return AttributeError(f"{type(thing).__name__!r} object has no attribute {name!r}{hint}", name=name, obj=thing)


def _plain(name: str) -> str:
    """A name by which spellings are compared: in lower case, nothing but letters and digits."""
    return re.sub(r"[\W_]", "", name).casefold()


def _lines_with(name: str) -> Iterator[list[str]]:
    for line in SYNONYMS:
        names = line.split()
        if name in map(_plain, names):
            yield names


@lru_cache(256)
def _keywords(function: Callable[..., Any]) -> tuple[str, ...] | None:
    """What a function takes by keyword; None where that is anything."""
    parameters = list(inspect.signature(function).parameters.values())
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return tuple(parameter.name for parameter in parameters if parameter.kind in kinds and parameter.name != "self")
