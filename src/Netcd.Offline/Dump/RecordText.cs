using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Netcd.Base;
using Netcd.Mvcc;
using Netcd.Proto.Auth;
using Netcd.Proto.EtcdServer;

namespace Netcd.Offline.Dump;

/// <summary>Records of the small buckets as people read them. Password hashes are not shown.</summary>
internal static class RecordText
{
    internal static (string Key, string Value) Describe(
        string bucket, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, DumpText text)
    {
        try
        {
            return bucket switch
            {
                "meta" => (Plain(key), Meta(Plain(key), value, text)),
                "auth" => (Plain(key), Number(value) ?? Flag(value) ?? text.Value(value)),
                "lease" when key.Length == sizeof(long) => (
                    BinaryPrimitives.ReadInt64BigEndian(key).ToString("x16", CultureInfo.InvariantCulture),
                    Lease(value)),
                "alarm" => (Alarm(key), string.Empty),
                "authUsers" => (DumpText.Quoted(key), UserText(value)),
                "authRoles" => (DumpText.Quoted(key), RoleText(value)),
                "members" or "members_removed" or "cluster" => (Plain(key), Plain(value)),
                _ => (DumpText.Quoted(key), text.Value(value)),
            };
        }
        catch (Exception problem) when (problem is InvalidProtocolBufferException or CorruptionException)
        {
            return (DumpText.Quoted(key), $"{text.Value(value)} (damaged: {problem.Message})");
        }
    }

    private static string Plain(ReadOnlySpan<byte> bytes) =>
        bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? DumpText.Quoted(bytes) : Encoding.ASCII.GetString(bytes);

    private static string? Number(ReadOnlySpan<byte> value) =>
        value.Length == sizeof(ulong)
            ? BinaryPrimitives.ReadUInt64BigEndian(value).ToString(CultureInfo.InvariantCulture)
            : null;

    private static string? Flag(ReadOnlySpan<byte> value) =>
        value.Length == 1 ? (value[0] != 0 ? "true" : "false") : null;

    private static string Meta(string key, ReadOnlySpan<byte> value, DumpText text)
    {
        if (key is "scheduledCompactRev" or "finishedCompactRev"
            && RevisionKey.TryRead(value, out var revision, out _))
        {
            return string.Create(CultureInfo.InvariantCulture, $"{revision.Main}.{revision.Sub}");
        }

        return key is "consistent_index" or "term" ? Number(value) ?? text.Value(value) : Plain(value);
    }

    private static string Lease(ReadOnlySpan<byte> value)
    {
        var lease = Proto.Lease.Lease.Parser.ParseFrom(value);
        return lease.RemainingTTL > 0
            ? $"ttl={lease.TTL} remaining={lease.RemainingTTL}"
            : $"ttl={lease.TTL}";
    }

    private static string Alarm(ReadOnlySpan<byte> key)
    {
        var alarm = AlarmMember.Parser.ParseFrom(key);
        return $"member={alarm.MemberID:x} alarm={alarm.Alarm.ToString().ToUpperInvariant()}";
    }

    private static string UserText(ReadOnlySpan<byte> value)
    {
        var user = User.Parser.ParseFrom(value);
        var password = user.Password.IsEmpty ? "none" : "(hidden)";
        return $"roles=[{string.Join(' ', user.Roles)}] password={password}";
    }

    private static string RoleText(ReadOnlySpan<byte> value)
    {
        var role = Role.Parser.ParseFrom(value);
        return string.Join("; ", role.KeyPermission.Select(permission =>
            permission.RangeEnd.IsEmpty
                ? $"{permission.PermType} {DumpText.Quoted(permission.Key.Span)}"
                : $"{permission.PermType} {DumpText.Quoted(permission.Key.Span)} to "
                    + DumpText.Quoted(permission.RangeEnd.Span)));
    }
}
