"""The compiled engine's kernels: whole runs of batches in machine code.

`kernel` is the algorithm; `products` multiplies matrices; `blocks` turns activations, losses and optimisers, written
for single numbers in the modules named after them, into functions of blocks; `threads` shares the work, and
`uninterrupted` keeps interrupts from it; `training` prepares the memory. All of these are plain Python.
`machine_code` has their code from the disk (`cache`), by LLVM alone, in a twentieth of a second; only what is not
there is compiled, by Numba, in `compiler`, with what Python cannot say in `machine`.
"""
