using System.Text;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>
/// A copy of a call's metadata, for the time between its header block and its message. The arrays are used again by the
/// next call; fields that only the transport reads are left out.
/// </summary>
internal sealed class KeptMetadata : IMetadata
{
    private const int KeptBytes = 1024;

    private byte[] _bytes = new byte[128];
    private Field[] _fields = new Field[4];
    private int _used;
    private int _count;

    public void Copy(Http2Headers headers)
    {
        _used = 0;
        _count = 0;
        Add(":authority"u8, headers.Authority);
        for (var i = 0; i < headers.Count; i++)
        {
            switch (headers.NameOf(i))
            {
                case HeaderName.ContentType or HeaderName.Te or HeaderName.GrpcTimeout or HeaderName.GrpcEncoding
                    or HeaderName.GrpcAcceptEncoding or HeaderName.ContentLength:
                    break;
                default:
                    Add(headers.Name(i), headers.Value(i));
                    break;
            }
        }
    }

    /// <summary>Lets go of an unusually large copy.</summary>
    public void Trim()
    {
        if (_bytes.Length > KeptBytes)
        {
            _bytes = new byte[KeptBytes];
        }

        _count = 0;
        _used = 0;
    }

    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        foreach (var field in _fields.AsSpan(0, _count))
        {
            if (Ascii.Equals(_bytes.AsSpan(field.Start, field.NameLength), key))
            {
                value = _bytes.AsSpan(field.Start + field.NameLength, field.ValueLength);
                value = key.EndsWith("-bin", StringComparison.Ordinal) ? BinaryMetadata.Decode(value) : value;
                return true;
            }
        }

        value = default;
        return false;
    }

    private void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var needed = _used + name.Length + value.Length;
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }

        if (_count == _fields.Length)
        {
            Array.Resize(ref _fields, _count * 2);
        }

        name.CopyTo(_bytes.AsSpan(_used));
        value.CopyTo(_bytes.AsSpan(_used + name.Length));
        _fields[_count++] = new Field(_used, name.Length, value.Length);
        _used = needed;
    }

    private readonly record struct Field(int Start, int NameLength, int ValueLength);
}
