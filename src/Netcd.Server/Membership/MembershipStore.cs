using System.Globalization;
using System.Text;
using System.Text.Json;
using Netcd.Base;
using Netcd.Mvcc;

namespace Netcd.Server.Membership;

/// <summary>
/// Buckets <c>members</c>, <c>members_removed</c> and <c>cluster</c>: the truth about membership for etcd 3.6. Writers
/// hold a write section of the backend.
/// </summary>
internal sealed class MembershipStore(Backend backend)
{
    private static ReadOnlySpan<byte> RemovedValue => "removed"u8;

    private static ReadOnlySpan<byte> ClusterVersionKey => "clusterVersion"u8;

    private static ReadOnlySpan<byte> DowngradeKey => "downgrade"u8;

    internal MembershipView Read()
    {
        var view = new MembershipView();
        foreach (var (key, value) in backend.Scan(BucketId.Members))
        {
            var id = ParseId(key, BucketId.Members);
            view.Set(MemberJson.Read(value, $"bucket members: {id}", out _) with { Id = id });
        }

        foreach (var (key, _) in backend.Scan(BucketId.MembersRemoved))
        {
            view.AddRemoved(ParseId(key, BucketId.MembersRemoved));
        }

        if (backend.Get(BucketId.Cluster, ClusterVersionKey) is { } version)
        {
            view.Version = Encoding.UTF8.GetString(version);
        }

        return view;
    }

    /// <summary>Target of the downgrade under way, or empty.</summary>
    internal string ReadDowngradeTarget()
    {
        if (backend.Get(BucketId.Cluster, DowngradeKey) is not { } json)
        {
            return string.Empty;
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.GetProperty("enabled").GetBoolean()
                ? document.RootElement.GetProperty("target-version").GetString() ?? string.Empty
                : string.Empty;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new CorruptionException("bucket cluster: downgrade", problem.Message, problem);
        }
    }

    internal void Put(ClusterMember member) => backend.Put(BucketId.Members, Key(member.Id), MemberJson.Write(member));

    internal void Remove(MemberId id)
    {
        backend.Delete(BucketId.Members, Key(id));
        backend.Put(BucketId.MembersRemoved, Key(id), RemovedValue.ToArray());
    }

    internal void PutVersion(string version) =>
        backend.Put(BucketId.Cluster, ClusterVersionKey, Encoding.UTF8.GetBytes(version));

    internal void PutDowngrade(string target)
    {
        var text = new StringBuilder("{\"target-version\":");
        GoJson.AppendString(text, target);
        text.Append(",\"enabled\":").Append(target.Length > 0 ? "true}" : "false}");
        backend.Put(BucketId.Cluster, DowngradeKey, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static byte[] Key(MemberId id) => Encoding.ASCII.GetBytes(id.ToString());

    private static MemberId ParseId(ReadOnlySpan<byte> key, BucketId bucket) =>
        ulong.TryParse(key, NumberStyles.AllowHexSpecifier, null, out var id)
            ? new MemberId(id)
            : throw new CorruptionException($"bucket {bucket}", $"'{Convert.ToHexString(key)}' is not a member id");
}
