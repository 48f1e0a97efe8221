"""Our loader of object files, beside LLVM's; and what is no such file."""

import ctypes
import math
import os
import struct

import numpy as np
import pytest

from clearprop.engines.compiled import cache, llvm_loader, object_file
from clearprop.engines.compiled.jit import ENABLED

if not ENABLED:
    pytest.skip("nothing is compiled", allow_module_level=True)
if not object_file.HERE:
    pytest.skip("LLVM loads the files of this system", allow_module_level=True)

TEXT = """
@table = internal constant [2 x double] [double 3.0, double 0.5]
@kept = internal global i64 0
declare double @log(double)
declare double @{missing}(double)
define void @function(ptr %x, i64 %n) {{
  %old = load i64, ptr @kept
  %new = add i64 %old, %n
  store i64 %new, ptr @kept
  %place = getelementptr [2 x double], ptr @table, i64 0, i64 %n
  %factor = load double, ptr %place
  %number = load double, ptr %x
  %logarithm = call double @log(double %number)
  %other = call double @{missing}(double %logarithm)
  %sum = sitofp i64 %new to double
  %product = fmul double %other, %factor
  %result = fadd double %product, %sum
  store double %result, ptr %x
  ret void
}}
"""


def object_code(missing="fabs", codemodel="jitdefault"):
    """Compiled by LLVM: a function that uses a constant, a number of its own, and two of the standard library."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    machine = llvm.Target.from_default_triple().create_target_machine(codemodel=codemodel, jit=True)
    return machine.emit_object(llvm.parse_assembly(TEXT.format(missing=missing)))


@pytest.mark.parametrize("loader", [object_file, llvm_loader])
def test_code_uses_constants_numbers_of_its_own_and_the_standard_library(loader):
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_ssize_t)(loader.load(object_code(), "function"))
    for calls in range(1, 4):
        x = np.array([0.25])
        function(x.ctypes.data, 1)
        assert x[0] == abs(math.log(0.25)) * 0.5 + calls


@pytest.mark.parametrize(
    "damage",
    [
        lambda code: b"",
        lambda code: code[:100],
        lambda code: code[: len(code) // 2],
        lambda code: b"garbage" * 100,
        lambda code: os.urandom(2000),
        lambda code: code[:20] + os.urandom(len(code) - 20),
        lambda code: code.replace(b"function\0", b"fonction\0"),
        lambda code: code[:18] + struct.pack("<H", 183) + code[20:],  # of an ARM processor
        lambda code: object_code(missing="there_is_no_such_function"),
        lambda code: object_code(codemodel="small"),  # addresses of another kind
    ],
)
def test_what_is_not_such_a_file_is_refused(damage):
    with pytest.raises(ValueError, match="this is no object file with the function function"):
        object_file.load(damage(object_code()), "function")


def test_what_is_run_is_not_written_to():
    at = object_file.load(object_code(), "function")
    with open("/proc/self/maps") as file:
        ranges = [line.split()[:2] for line in file]
    inside = [mode for span, mode in ranges if int(span.split("-")[0], 16) <= at < int(span.split("-")[1], 16)]
    assert inside == ["r-xp"]


def test_each_file_that_came_with_the_package_is_loaded():
    files = list(cache.BUILT.glob(f"*.{cache.SOURCES}.*"))
    if not files:
        pytest.skip("no kernels are built of these sources")
    for file in files:
        symbol = file.name.removesuffix(cache.name_of("", cache.USED.name))
        code = cache.load(symbol)
        assert code is not None
        assert object_file.load(code, symbol) > 0
