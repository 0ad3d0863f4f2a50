namespace Netcd.Daemon.Flags;

/// <summary>A value of the configuration file, with the type that it has once etcd has made JSON of the YAML.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="Text">Of scalars: a number's digits as JSON has them, a string as it is.</param>
internal sealed record ConfigNode(ConfigKind Kind, string Text)
{
    /// <summary>Of objects: the members, by their names as they were written; of two with one name the last.</summary>
    public Dictionary<string, ConfigNode> Members { get; } = new(StringComparer.Ordinal);

    /// <summary>Of arrays.</summary>
    public List<ConfigNode> Items { get; } = [];

    /// <summary>A member by name; as Go's decoder, one that differs in case is good enough.</summary>
    public ConfigNode? Find(string name) =>
        Members.TryGetValue(name, out var exact)
            ? exact
            : Members.FirstOrDefault(member => member.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
