using System.Text;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc.Tests;

/// <summary>A decoded WatchResponse.</summary>
public sealed record SeenResponse
{
    public ulong ClusterId { get; private set; }

    public ulong MemberId { get; private set; }

    public long Revision { get; private set; }

    public ulong Term { get; private set; }

    public long WatchId { get; private set; }

    public bool Created { get; private set; }

    public bool Canceled { get; private set; }

    public long CompactRevision { get; private set; }

    public string Reason { get; private set; } = string.Empty;

    public bool Fragment { get; private set; }

    public int Bytes { get; private set; }

    public List<SeenEvent> Events { get; } = [];

    public static SeenResponse Parse(ReadOnlySpan<byte> message)
    {
        var response = new SeenResponse { Bytes = message.Length };
        var reader = new ProtoReader(message);
        var last = 0;
        while (reader.TryReadTag(out var field, out var type))
        {
            Assert.True(field > last || field == 11, "fields ascend");
            last = field;
            switch (field)
            {
                case 1: response.ParseHeader(reader.ReadBytes(type)); break;
                case 2: response.WatchId = reader.ReadInt64(type); break;
                case 3: response.Created = reader.ReadBool(type); break;
                case 4: response.Canceled = reader.ReadBool(type); break;
                case 5: response.CompactRevision = reader.ReadInt64(type); break;
                case 6: response.Reason = reader.ReadString(type); break;
                case 7: response.Fragment = reader.ReadBool(type); break;
                case 11: response.Events.Add(ParseEvent(reader.ReadBytes(type))); break;
                default: Assert.Fail($"field {field}"); break;
            }
        }

        return response;
    }

    private static SeenEvent ParseEvent(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        var isDelete = false;
        ReadOnlySpan<byte> kv = default;
        string? previous = null;
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1: isDelete = reader.ReadInt64(type) == 1; break;
                case 2: kv = reader.ReadBytes(type); break;
                case 3: previous = Text(StoredKeyValue.Parse(reader.ReadBytes(type)).Value); break;
                default: Assert.Fail($"field {field}"); break;
            }
        }

        var stored = StoredKeyValue.Parse(kv);
        return new SeenEvent(
            isDelete,
            Text(stored.Key),
            stored.CreateRevision,
            stored.ModRevision,
            stored.Version,
            Text(stored.Value),
            previous);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    private void ParseHeader(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1: ClusterId = reader.ReadUInt64(type); break;
                case 2: MemberId = reader.ReadUInt64(type); break;
                case 3: Revision = reader.ReadInt64(type); break;
                case 4: Term = reader.ReadUInt64(type); break;
                default: Assert.Fail($"header field {field}"); break;
            }
        }
    }
}
