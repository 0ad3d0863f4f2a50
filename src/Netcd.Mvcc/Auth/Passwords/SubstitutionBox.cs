using System.Runtime.CompilerServices;

namespace Netcd.Mvcc;

/// <summary>
/// One of Blowfish's four tables. Of a length the compiler knows: indexed by a byte it needs no check.
/// </summary>
[InlineArray(Length)]
internal struct SubstitutionBox
{
    public const int Length = 256;

    private uint _first;
}
