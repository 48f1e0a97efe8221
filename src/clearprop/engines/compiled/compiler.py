"""From a function to machine code, by Numba: loaded by the first process that needs what is nowhere on disk.

The code stands for itself: nothing in it needs Python or Numba, so that it can be loaded without them.
"""

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import compiler, config
from numba.core.compiler_lock import global_compiler_lock
from numba.core.cpu import CPUTargetOptions
from numba.core.errors import NumbaError
from numba.core.registry import cpu_target
from numba.extending import overload, register_jitable
from numba.np.numpy_support import from_dtype

from clearprop.engines.compiled import machine
from clearprop.engines.compiled.argument_kinds import D_POINTER, N_POINTER, NOTHING, X_POINTER, D, Kind, N, Pointers
from clearprop.engines.compiled.jit import INLINED, OPTIONS, PRECISIONS, REORDERED, Function

_registered: set[Function] = set()
# What comes before the cause in a message of Numba's.
REASON = "raised a specific error: "
# Names that stand in Numba's code where a function raises an exception, or calls Python.
OF_PYTHON = ("@.const.picklebuf", "@Py")
# What every process has. Code that needs more (a library of vectors that Numba may find) is for this one only.
STANDARD = {"memset", "memcpy", "memmove", "sched_yield", "SwitchToThread", "syscall"}
STANDARD |= {"exp", "expf", "expm1", "log", "logf", "log1p", "log1pf", "pow", "powf", "sqrt", "sqrtf"}


@global_compiler_lock
def compiled(function: Function, symbol: str, kinds: tuple[Kind, ...], dtype: Any, ours: bool) -> tuple[bytes, bool]:
    """The object file of a function under the name `symbol`, and whether any process can load it.

    Sums may be reordered where `jit` says nothing else.

    Raises
    ------
    TypeError
        Numba cannot compile a user's function in it, or that needs Python.
    RuntimeError
        Compilation has been disabled by the program, when the engine had begun to compile.
    """
    if config.DISABLE_JIT:
        raise RuntimeError("numba.config.DISABLE_JIT comes too late: set NUMBA_DISABLE_JIT=1 before Python starts")
    machine.register()
    _register_what_kernels_call()
    typing, target = cpu_target.typing_context, cpu_target.target_context
    typing.refresh()
    target.refresh()
    flags = compiler.Flags()
    CPUTargetOptions.parse_as_flags(flags, {"nopython": True, **OPTIONS.get(function, REORDERED)})
    flags.nrt, flags.no_cpython_wrapper, flags.no_cfunc_wrapper = False, True, True
    flags.forceinline = True  # into its entry
    arguments, own = [_type(kind, dtype) for kind in kinds], target.codegen().create_library(symbol)
    try:
        described = compiler.compile_extra(
            typing, target, function, arguments, types.void, flags, {}, library=own
        ).fndesc
    except NumbaError as error:
        reason = " ".join(str(error).rpartition(REASON)[2].split())[:300]
        raise TypeError(f"Numba cannot compile the given kernels: {reason}") from error
    if not ours and any(name in own.get_llvm_str() for name in OF_PYTHON):
        raise TypeError(
            "the given kernels raise an exception, assert or print, for which machine code has no Python: return "
            "math.nan instead, and training ends there with an error"
        )
    whole = _whole_module(target, described, own, symbol)
    needed = {used.name for used in whole.functions if used.is_declaration and not used.name.startswith("llvm.")}
    return _object_file(target, whole), needed <= STANDARD


def _register_what_kernels_call() -> None:
    # Copies, since another thread may take note of a user's function meanwhile.
    for known, options in OPTIONS.copy().items():
        if known not in _registered:
            register_jitable(**options)(known)
            _registered.add(known)
    for either, (single, double) in PRECISIONS.items():
        if either not in _registered:
            _register_precisions(either, single, double)
            _registered.add(either)


def _register_precisions(either: Function, single: Function, double: Function) -> None:
    @overload(either, jit_options=INLINED, strict=False)
    def choose(*arguments: Any) -> Function:
        return single if arguments[0] == types.float32 else double


def _type(kind: Kind, dtype: Any) -> Any:
    if isinstance(kind, Pointers):
        fields = [_type(field, dtype) for field in kind.kinds]
        return types.CPointer(types.NamedTuple(fields, kind.of))
    numbers = {N: types.intp, D: types.float64, NOTHING: types.none}
    pointers = {N_POINTER: types.int64, D_POINTER: types.float64, X_POINTER: from_dtype(dtype)}
    return numbers[kind] if kind in numbers else types.CPointer(pointers[kind])


def _whole_module(target: Any, described: Any, own: Any, symbol: str) -> Any:
    """A function and all that it calls, behind an entry of C's kind, which drops the status that Numba's return."""
    convention = target.call_conv
    module = target.create_module(symbol)
    arguments = [target.get_argument_type(kind) for kind in described.argtypes]
    entry = ir.Function(module, ir.FunctionType(ir.VoidType(), arguments), symbol)
    kind = convention.get_function_type(described.restype, described.argtypes)
    body = ir.Function(module, kind, described.llvm_func_name)
    builder = ir.IRBuilder(entry.append_basic_block())
    convention.call_function(builder, body, described.restype, described.argtypes, entry.args)
    builder.ret_void()
    linked = target.codegen().create_library(f"{symbol}.whole")
    linked.add_linking_library(own)
    linked.add_ir_module(module)
    linked.finalize()
    whole = llvm.parse_assembly(linked.get_llvm_str())
    for part in (*whole.functions, *whole.global_variables):
        if not part.is_declaration and part.name != symbol:
            part.linkage = "internal"  # its name may be that of another function's part
    return whole


def _object_file(target: Any, whole: Any) -> bytes:
    triple, processor, features = target.codegen().magic_tuple()
    machine_of_code = llvm.Target.from_triple(triple).create_target_machine(
        cpu=processor, features=features, opt=3, codemodel="jitdefault", jit=True
    )
    code: bytes = machine_of_code.emit_object(whole)
    return code
