using System.Runtime.InteropServices;

namespace Netcd.Server.SlowRequests;

/// <summary>A step of a request that was over at some time.</summary>
/// <param name="Name">Upstream's name of it.</param>
/// <param name="At">Timestamp of its end.</param>
/// <param name="Fields">What it was about, as <c>{name:value; }</c>; may be empty.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TraceStep(string Name, long At, string Fields = "");
