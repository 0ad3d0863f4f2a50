using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// The occurrences of one length-delimited field of a message, in wire order, for <c>foreach</c>. Each item is a part
/// of the message.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public ref struct RepeatedMessages(ReadOnlySpan<byte> message, int field)
{
    private readonly int _field = field;
    private ProtoReader _reader = new(message);

    /// <summary>The message walked.</summary>
    public ReadOnlySpan<byte> Message { get; } = message;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly RepeatedMessages GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_reader.TryReadTag(out var field, out var wireType))
        {
            if (field == _field)
            {
                Current = _reader.ReadBytes(wireType);
                return true;
            }

            _reader.Skip(wireType);
        }

        return false;
    }
}
