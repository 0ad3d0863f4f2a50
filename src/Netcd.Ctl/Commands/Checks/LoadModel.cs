using Netcd.CommandLine;

namespace Netcd.Ctl.Commands.Checks;

/// <summary>How much load a check makes.</summary>
/// <param name="Limit">Writes a second, or writes in all.</param>
/// <param name="Clients">Writers side by side.</param>
/// <param name="Seconds">How long; 0 until all writes are done.</param>
internal sealed record LoadModel(int Limit, int Clients, int Seconds)
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["s"] = "s", ["small"] = "s", ["m"] = "m", ["medium"] = "m", ["l"] = "l", ["large"] = "l", ["xl"] = "xl",
        ["xLarge"] = "xl",
    };

    public static LoadModel Perf(string name) => Find(name) switch
    {
        "s" => new LoadModel(150, 50, 60),
        "m" => new LoadModel(1000, 200, 60),
        "l" => new LoadModel(8000, 500, 60),
        _ => new LoadModel(15_000, 1000, 60),
    };

    public static LoadModel Datascale(string name) => Find(name) switch
    {
        "s" => new LoadModel(10_000, 50, 0),
        "m" => new LoadModel(100_000, 200, 0),
        "l" => new LoadModel(1_000_000, 500, 0),
        _ => new LoadModel(3_000_000, 1000, 0),
    };

    private static string Find(string name) =>
        Names.TryGetValue(name, out var found)
            ? found
            : throw new ExitException(ExitCodes.BadFeature, $"unknown load option {name}");
}
