namespace Netcd.Daemon.Flags;

/// <summary>One command-line flag of the server.</summary>
/// <param name="Name">Name without dashes.</param>
/// <param name="Kind">How its value is read.</param>
/// <param name="Default">Default as text.</param>
/// <param name="ConfigKey">Dotted key in the configuration file; empty if it cannot be set there.</param>
/// <param name="Section">Heading under which <c>--help</c> lists it.</param>
/// <param name="Help">One line for <c>--help</c>.</param>
internal sealed record FlagDefinition(
    string Name, FlagKind Kind, string Default, string ConfigKey, string Section, string Help)
{
    /// <summary>Allowed words of a <see cref="FlagKind.Choice"/>.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>
    /// The flag (or feature gate, as <c>gate:Name</c>) that took this one's place; a warning names it.
    /// </summary>
    public string ReplacedBy { get; init; } = "";

    /// <summary>Name of the environment variable that sets it.</summary>
    public string EnvironmentName => "ETCD_" + Name.ToUpperInvariant().Replace('-', '_');
}
