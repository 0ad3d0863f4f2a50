using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Netcd.Base;

namespace Netcd.Server.Membership;

/// <summary>
/// Ids of members and clusters, derived as etcd derives them (server/etcdserver/api/membership/member.go, cluster.go):
/// members that are given the same flags agree on them without talking.
/// </summary>
public static class ClusterIdentity
{
    /// <summary>
    /// First eight bytes of the SHA-1 of the sorted peer URLs, the cluster token and, for a member added at run time,
    /// the second it was added in.
    /// </summary>
    public static MemberId MemberIdOf(IReadOnlyList<string> peerUrls, string token, DateTimeOffset? added = null)
    {
        var text = new StringBuilder();
        foreach (var url in Sorted(peerUrls))
        {
            text.Append(url);
        }

        text.Append(token);
        if (added is { } time)
        {
            text.Append(time.ToUnixTimeSeconds());
        }

        return new MemberId(First8(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>First eight bytes of the SHA-1 of the ids of the first members, ascending, big-endian.</summary>
    public static ulong ClusterIdOf(IEnumerable<MemberId> firstMembers)
    {
        var ids = firstMembers.Order().ToArray();
        var bytes = new byte[ids.Length * sizeof(ulong)];
        for (var i = 0; i < ids.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(i * sizeof(ulong)), ids[i].Value);
        }

        return First8(bytes);
    }

    /// <summary>URLs in the order in which members keep them.</summary>
    internal static string[] Sorted(IReadOnlyList<string> urls)
    {
        var sorted = urls.ToArray();
        Array.Sort(sorted, StringComparer.Ordinal);
        return sorted;
    }

    // SHA-1 names things here as upstream does; nothing rests on its strength.
#pragma warning disable CA5350
    private static ulong First8(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64BigEndian(SHA1.HashData(bytes));
#pragma warning restore CA5350
}
