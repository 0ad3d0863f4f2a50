using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>
/// A stored KeyValue without its value: the bytes before field 5 and those after it. Fields ascend in stored bytes, so
/// the two parts together are the canonical encoding.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly ref struct KeysOnlyRecord
{
    private const int ValueField = 5;

    private KeysOnlyRecord(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after)
    {
        Before = before;
        After = after;
    }

    public ReadOnlySpan<byte> Before { get; }

    public ReadOnlySpan<byte> After { get; }

    public int Length => Before.Length + After.Length;

    public static KeysOnlyRecord Of(ReadOnlySpan<byte> stored)
    {
        var reader = new ProtoReader(stored);
        var start = 0;
        while (reader.TryReadTag(out var field, out var wireType))
        {
            reader.Skip(wireType);
            if (field == ValueField)
            {
                return new KeysOnlyRecord(stored[..start], stored[reader.Position..]);
            }

            start = reader.Position;
        }

        return new KeysOnlyRecord(stored, default);
    }
}
