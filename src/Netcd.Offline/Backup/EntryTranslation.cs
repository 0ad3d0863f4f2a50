using System.Text;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Server.Apply;

namespace Netcd.Offline.Backup;

/// <summary>
/// Replaces entries that belong to the old cluster by empty ones; indexes and terms stay. Source: translateWAL of etcd
/// 3.5's etcdutl/etcdutl/backup_command.go.
/// </summary>
internal sealed class EntryTranslation(OfflineTools tools, bool withV3)
{
    // Fields of InternalRaftRequest, and of the version 2 request.
    private const int V2Field = 2;
    private const int HeaderField = 100;
    private const int MemberAttributesField = 1301;
    private const int MethodField = 2;
    private const int PathField = 3;

    /// <exception cref="CorruptionException">An entry is neither kind of request.</exception>
    internal Entry[] Translate(IReadOnlyList<Entry> entries)
    {
        var translated = new Entry[entries.Count];
        for (var i = 0; i < translated.Length; i++)
        {
            translated[i] = Ignored(entries[i]) is { } message ? Emptied(entries[i], message) : entries[i];
        }

        return translated;
    }

    private Entry Emptied(in Entry entry, string message)
    {
        tools.Info(message);
        return new Entry(entry.Term, entry.Index, EntryType.Normal, ReadOnlyMemory<byte>.Empty);
    }

    private string? Ignored(in Entry entry)
    {
        if (entry.Type == EntryType.ConfChange)
        {
            return "ignoring EntryConfChange raft entry";
        }

        try
        {
            return IgnoredRequest(entry.Data.Span);
        }
        catch (ProtoException)
        {
            // Old releases have version 2 requests as the entry itself; the two do not parse as each other.
        }

        try
        {
            return IsMemberAttributes(entry.Data.Span) ? "ignoring member attribute update on" : null;
        }
        catch (ProtoException malformed)
        {
            throw new CorruptionException($"entry {entry.Index}", malformed.Message, malformed);
        }
    }

    private string? IgnoredRequest(ReadOnlySpan<byte> request)
    {
        var hasHeader = false;
        string? ignored = null;
        var reader = new ProtoReader(request);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case V2Field:
                    if (IsMemberAttributes(reader.ReadBytes(wireType)))
                    {
                        ignored ??= "ignoring member attribute update on";
                    }

                    break;
                case MemberAttributesField:
                    reader.ReadBytes(wireType);
                    ignored ??= "ignoring cluster_member_attr_set";
                    break;
                case HeaderField:
                    reader.ReadBytes(wireType);
                    hasHeader = true;
                    break;
                case 1:
                    reader.ReadUInt64(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return ignored ?? (hasHeader && !withV3 ? "ignoring v3 raft entry" : null);
    }

    // Values of the version 2 API may be no UTF-8: they are not looked at.
    private static bool IsMemberAttributes(ReadOnlySpan<byte> request)
    {
        var method = string.Empty;
        var path = string.Empty;
        var reader = new ProtoReader(request);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case MethodField:
                    method = Encoding.UTF8.GetString(reader.ReadBytes(wireType));
                    break;
                case PathField:
                    path = Encoding.UTF8.GetString(reader.ReadBytes(wireType));
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new V2Request(method, path, string.Empty).IsOfAttributes(out _);
    }
}
