using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Netcd.Api.Auth.Passwords;

/// <summary>256 bits that nobody without the key can tell from random ones.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoginDigest(UInt128 High, UInt128 Low)
{
    public LoginDigest(ReadOnlySpan<byte> bytes)
        : this(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]))
    {
    }
}
