"""The compiled engine's kernels: whole runs of batches in machine code, by Numba.

`kernel` is the algorithm; `products` multiplies matrices; `blocks` turns activations, losses and optimisers, written
for single numbers in the modules named after them, into functions of blocks; `threads` shares the work; `training`
prepares the memory. Nothing outside imports any of it before it is needed, since Numba takes a second to load.
"""
