namespace Netcd.Http2.Tests;

/// <summary>Tests that read the process's memory: no other test runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
