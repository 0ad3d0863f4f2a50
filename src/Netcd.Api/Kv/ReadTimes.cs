using System.Runtime.InteropServices;

namespace Netcd.Api.Kv;

/// <summary>Timestamps of a read; zero for what it did not have to wait for.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ReadTimes
{
    /// <summary>When it began to wait.</summary>
    public long Started;

    /// <summary>When its read index was applied.</summary>
    public long Agreed;

    /// <summary>When the whole began, if the reading itself began at <paramref name="began"/>.</summary>
    public readonly long Since(long began) => Started != 0 ? Started : began;
}
