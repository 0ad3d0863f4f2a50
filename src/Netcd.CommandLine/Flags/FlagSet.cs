namespace Netcd.CommandLine.Flags;

/// <summary>Flags by name and by letter.</summary>
public sealed class FlagSet
{
    private readonly SortedList<string, Flag> _flags = new(StringComparer.Ordinal);

    /// <summary>In the order of their names.</summary>
    public IList<Flag> Sorted => _flags.Values;

    /// <summary>Those that help pages show.</summary>
    public IEnumerable<Flag> Shown => Sorted.Where(flag => !flag.IsHidden);

    public Flag this[string name] => _flags[name];

    public Flag? Find(string name) => _flags.GetValueOrDefault(name);

    public Flag? Find(char shorthand)
    {
        foreach (var flag in _flags.Values)
        {
            if (flag.Shorthand == shorthand && shorthand != '\0')
            {
                return flag;
            }
        }

        return null;
    }

    public Flag Add(Flag flag)
    {
        _flags.Add(flag.Name, flag);
        return flag;
    }

    public void AddMissing(FlagSet others)
    {
        foreach (var flag in others._flags.Values)
        {
            _flags.TryAdd(flag.Name, flag);
        }
    }

    public void Remove(string name) => _flags.Remove(name);

    public Flag Bool(string name, bool initial, string usage, char shorthand = '\0') =>
        Add(new Flag(name, shorthand, usage, new BoolValue(initial)));

    public Flag String(string name, string initial, string usage, char shorthand = '\0') =>
        Add(new Flag(name, shorthand, usage, new StringValue(initial)));

    public Flag Int64(string name, long initial, string usage) =>
        Add(new Flag(name, '\0', usage, new IntegerValue(initial, "int64")));

    public Flag Int(string name, long initial, string usage) =>
        Add(new Flag(name, '\0', usage, new IntegerValue(initial, "int")));

    public Flag UInt64(string name, ulong initial, string usage) =>
        Add(new Flag(name, '\0', usage, new UnsignedValue(initial)));

    /// <summary>Go's uint.</summary>
    public Flag UInt(string name, ulong initial, string usage) =>
        Add(new Flag(name, '\0', usage, new UnsignedValue(initial, "uint")));

    public Flag UInt32(string name, uint initial, string usage) =>
        Add(new Flag(name, '\0', usage, new UnsignedValue(initial, "uint32", uint.MaxValue)));

    public Flag Duration(string name, TimeSpan initial, string usage) =>
        Add(new Flag(name, '\0', usage, new DurationValue(initial)));

    public Flag List(string name, string[] initial, string usage) =>
        Add(new Flag(name, '\0', usage, new ListValue(initial)));
}
