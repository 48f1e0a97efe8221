"""Named objects: a name or an object goes in, an object comes out, and a table of what there is can be read."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from clearprop.foundation.near_names import SaysNearKeywords, did_you_mean, near
from clearprop.foundation.table_cells import listed, quoted


class Named(SaysNearKeywords):
    """What a registry holds: objects with a name, whose attributes are their parameters, each with a default.

    Those with parameters are frozen dataclasses. Two objects are equal if their class and parameters are. `known_as`
    are the names that other libraries have for the same: they are not taken, but answered with this one's. `later` are
    parameters that came after files had been written: a configuration is silent on one that has its default.
    """

    name: ClassVar[str] = ""
    known_as: ClassVar[tuple[str, ...]] = ()
    later: ClassVar[tuple[str, ...]] = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).items()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"


# What is longer is no slip for a name.
_LONGEST_NAME = 100

Item = TypeVar("Item", bound=Named)
Class = TypeVar("Class", bound=type[Named])


class Registry(Mapping[str, type[Item]], Generic[Item]):
    """The classes of one kind (activations, losses, ...) by name.

    Tests walk through these tables, so that nothing that is registered escapes its checks.
    """

    def __init__(
        self, kind: str, base: type[Item], aliases: Mapping[str, str] | None = None, others: tuple[str, ...] = ()
    ) -> None:
        self._kind = kind
        self._base = base
        self._classes: dict[str, type[Item]] = {}
        self._aliases = dict(aliases or {})
        self._others = others  # names that are taken in the same places, but not held here

    def register(self, cls: Class) -> Class:
        """Add a class under its `name`; use it as a decorator."""
        self._classes[cls.name] = cls  # type: ignore[assignment]
        return cls

    def resolve(self, given: str | Item, name: str = "") -> Item:
        """The object that a name stands for, with its default parameters; an object is handed back as it is.

        Messages call what was given by its parameter's `name`, where that is another than the kind.

        Raises
        ------
        ValueError
            The name is not known.
        TypeError
            It is neither a name nor an object of this kind.
        """
        if isinstance(given, str):
            return self._find(given)()
        if isinstance(given, self._base):
            return given
        what = name or self._kind
        if isinstance(given, type):
            raise TypeError(f"{what} must be an object, got the class {given.__name__}: write {given.__name__}()")
        hint = did_you_mean(self.near("none")) if given is None else ""
        kinds = f"a name or an object of class {self._base.__name__}"
        raise TypeError(f"{what} must be {kinds}, got {quoted(given)}{hint}")

    def resolve_each(self, given: str | Item | Sequence[str | Item], count: int, whose: str) -> list[Item]:
        """The objects that a list stands for, one for each of so many, or the one object for all of them.

        Raises
        ------
        ValueError, TypeError
            There are more or fewer, or one of them is none.
        """
        if isinstance(given, str) or not isinstance(given, Sequence):
            return [self.resolve(given)] * count
        if len(given) != count:
            raise ValueError(
                f"{self._kind} must be one, or a list of {count} (one for each of the {whose}), got {len(given)}"
            )
        return [self.resolve(item) for item in given]

    def to_config(self, item: Item) -> dict[str, Any]:
        """The item as plain values: its name and its parameters.

        Raises
        ------
        ValueError
            Its class was not registered, so that a reader could not find it.
        """
        if self._classes.get(item.name) is not type(item):
            raise ValueError(
                f"{self._kind} {type(item).__name__} is not registered and so cannot be written to a file: "
                f"decorate its class with the registry's register, here and where the file is read"
            )
        usual = vars(type(item)()) if item.later else {}
        own = {key: value for key, value in vars(item).items() if key not in item.later or value != usual[key]}
        # NumPy's numbers as Python's own, which JSON has.
        plain = {key: value.item() if hasattr(value, "item") else value for key, value in own.items()}
        return {"name": item.name, **plain}

    def from_config(self, config: Mapping[str, Any]) -> Item:
        """The item that `to_config` described.

        Raises
        ------
        ValueError
            The name is not known, or a parameter does not belong to it or is not of the kind of its default.
        """
        name = config.get("name")
        if not isinstance(name, str):
            raise ValueError(f"unknown {self._kind}: its name is {quoted(name)}, and no text")
        parameters = {key: value for key, value in config.items() if key != "name"}
        cls = self._find(name)
        usual = vars(cls())
        if unknown := [key for key in parameters if key not in usual]:
            raise ValueError(f"{self._kind} {name!r} does not take [{listed(unknown)}]")
        try:
            item = cls(**parameters)
        except TypeError as error:
            raise ValueError(f"{self._kind} {name!r}: {error}") from error
        for key, value in parameters.items():  # of which its class may take more than a file may hold
            if not _is_alike(value, usual[key]):
                raise ValueError(f"{self._kind} {name!r}: {key} must not be {quoted(value)}")
        return item

    def _find(self, name: str) -> type[Item]:
        known = self._aliases.get(name, name)
        if known in self._others:
            raise ValueError(
                f"{self._kind} {quoted(name)} cannot be used here: choose one of {', '.join(self._classes)}"
            )
        if known not in self._classes:
            hint = did_you_mean(self.near(name[:_LONGEST_NAME])) or "."
            there_are = ", ".join([*self._classes, *self._others])
            raise ValueError(f"unknown {self._kind} {quoted(name)}{hint} There are: {there_are}")
        return self._classes[known]

    def near(self, name: str, among: Collection[str] | None = None) -> list[str]:
        """The names that one that is not known may stand for, of those that there are or only among some of them."""
        known_as = {one: vars(cls).get("known_as", ()) for one, cls in self._classes.items()}
        for alias, one in self._aliases.items():
            known_as[one] = (*known_as[one], alias)
        return near(name, [*self._classes, *self._others] if among is None else among, known_as)

    def __getitem__(self, name: str) -> type[Item]:
        return self._classes[self._aliases.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)


def _is_alike(value: Any, usual: Any) -> bool:
    """Whether a parameter is of the kind that its default is of: a number is finite; None may stand for a number."""
    if isinstance(usual, bool) or isinstance(value, bool):
        return isinstance(value, bool) and isinstance(usual, bool)
    if isinstance(usual, int):
        return isinstance(value, int)
    if usual is None or isinstance(usual, float):
        return (usual is None and value is None) or (isinstance(value, int | float) and math.isfinite(value))
    return isinstance(value, type(usual))
