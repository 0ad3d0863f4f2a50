namespace Netcd.Conformance.Cluster;

/// <summary>Gives every member a host of its own.</summary>
internal interface IClusterNetwork
{
    /// <summary>The address of the member with this number.</summary>
    string HostOf(int number);

    /// <summary>The command before the program that runs it on that host.</summary>
    IReadOnlyList<string> RunnerOf(int number);
}
