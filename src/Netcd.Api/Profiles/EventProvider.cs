namespace Netcd.Api.Profiles;

/// <summary>A source of runtime events and what of it is recorded.</summary>
internal sealed record EventProvider(string Name, ulong Keywords, int Level)
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const int Informational = 4;

    /// <summary>Stacks of all threads each millisecond, with what is needed to name them.</summary>
    public static readonly IReadOnlyList<EventProvider> Samples =
    [
        new("Microsoft-DotNETCore-SampleProfiler", 0, Informational),
        new(Runtime, 0x14C14FCCBD, Informational),
    ];

    /// <summary>Collections, threads, contention and exceptions: keywords 0x1, 0x10000, 0x4000 and 0x8000.</summary>
    public static readonly IReadOnlyList<EventProvider> Events = [new(Runtime, 0x1C001, Informational)];

    /// <summary>Waits for locks.</summary>
    public static readonly IReadOnlyList<EventProvider> Contention = [new(Runtime, 0x4000, Informational)];

    /// <summary>Which types are allocated, sampled at every 100 KiB or so.</summary>
    public static readonly IReadOnlyList<EventProvider> Allocations = [new(Runtime, 0x1, 5)];
}
