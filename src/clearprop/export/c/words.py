"""The words that mean something in C or C++, or are macros where small programs are written."""

_KEYWORDS_OF_C = """
auto break case char const continue default do double else enum extern float for goto if inline int long
register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while
alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual asm fortran
"""
_KEYWORDS_OF_CPP = """
and and_eq bitand bitor catch char8_t char16_t char32_t class co_await co_return co_yield compl concept
consteval constinit const_cast decltype delete dynamic_cast explicit export final friend import module mutable
namespace new noexcept not not_eq operator or or_eq override private protected public reflexpr reinterpret_cast
requires static_cast synchronized template this throw try typeid typename using virtual wchar_t xor xor_eq
"""
# Compilers and headers define them as something else.
_MACROS = """
abs bit binary boolean byte cdecl complex const_iterator errno far huge i i386 imaginary interface isnan isinf
linux max min near null pascal pi round small sparc stderr stdin stdout string sq unix vax word
"""

RESERVED = frozenset(f"{_KEYWORDS_OF_C} {_KEYWORDS_OF_CPP} {_MACROS}".split())
