using Google.Protobuf;
using Netcd.Proto.EtcdServer;

namespace Netcd.Api.Locks;

/// <summary>Comparisons of keys for transactions.</summary>
internal static class KeyCompare
{
    /// <summary>The key was created at this revision; 0: it does not exist.</summary>
    public static Compare CreatedAt(ByteString key, long revision) => new()
    {
        Key = key,
        Target = Compare.Types.CompareTarget.Create,
        Result = Compare.Types.CompareResult.Equal,
        CreateRevision = revision,
    };
}
