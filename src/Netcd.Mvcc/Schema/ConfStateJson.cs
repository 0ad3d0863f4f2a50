using System.Buffers;
using System.Text.Json;
using Netcd.Base;
using Netcd.Base.Records;

namespace Netcd.Mvcc;

/// <summary>
/// The text under <c>meta/confState</c>: Go's JSON of raftpb.ConfState, e.g.
/// <c>{"voters":[7495031447933331285],"auto_leave":false}</c>. Ids take all 64 bits; empty lists are left out.
/// </summary>
public static class ConfStateJson
{
    public static byte[] Write(ConfState state)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteIds(writer, "voters"u8, state.Voters);
            WriteIds(writer, "learners"u8, state.Learners);
            WriteIds(writer, "voters_outgoing"u8, state.VotersOutgoing);
            WriteIds(writer, "learners_next"u8, state.LearnersNext);
            writer.WriteBoolean("auto_leave"u8, state.AutoLeave);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads the text; unknown members are skipped, a missing <c>auto_leave</c> is false.</summary>
    /// <exception cref="CorruptionException">The text is not such an object.</exception>
    public static ConfState Read(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return new ConfState
            {
                Voters = ReadIds(root, "voters"u8),
                Learners = ReadIds(root, "learners"u8),
                VotersOutgoing = ReadIds(root, "voters_outgoing"u8),
                LearnersNext = ReadIds(root, "learners_next"u8),
                AutoLeave = root.TryGetProperty("auto_leave"u8, out var leave) && leave.ValueKind == JsonValueKind.True,
            };
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new CorruptionException("bucket meta: confState", problem.Message, problem);
        }
    }

    private static void WriteIds(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<MemberId> ids)
    {
        if (ids.Count == 0)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var id in ids)
        {
            writer.WriteNumberValue(id.Value);
        }

        writer.WriteEndArray();
    }

    private static MemberId[] ReadIds(JsonElement root, ReadOnlySpan<byte> name)
    {
        if (!root.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        var ids = new MemberId[list.GetArrayLength()];
        var next = 0;
        foreach (var id in list.EnumerateArray())
        {
            ids[next++] = new MemberId(id.GetUInt64());
        }

        return ids;
    }
}
