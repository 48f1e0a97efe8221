"""Object files brought into memory by LLVM, which knows those of every system."""

import functools
import os
from typing import Any

import llvmlite.binding as llvm

# So many bytes are the same in all object files of a machine: ELF's and Mach-O's marks and kinds, COFF's machine.
HEADER_BYTES = 2 if os.name == "nt" else 16


def load(code: bytes, symbol: str) -> int:
    """Where the function stands in memory, once the code does.

    Raises
    ------
    ValueError
        It is no object file, or has no such function.
    """
    engine, header = _engine()
    # LLVM looks at nothing, and ends the process where it stumbles.
    if not code.startswith(header) or symbol.encode() + b"\0" not in code:
        raise ValueError(f"this is no object file with the function {symbol}")
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    at: int = engine.get_function_address(symbol)
    return at


@functools.cache
def _engine() -> tuple[Any, bytes]:
    """LLVM's place for code in this process, and how object files of this machine begin."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel="jitdefault", jit=True)
    begin = machine.emit_object(llvm.parse_assembly(""))[:HEADER_BYTES]
    return llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine), begin
