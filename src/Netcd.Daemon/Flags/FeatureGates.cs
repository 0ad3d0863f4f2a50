using Netcd.Api;
using Netcd.Base.GoSyntax;

namespace Netcd.Daemon.Flags;

/// <summary>The feature gates of etcd 3.6 with their defaults; source: server/features/etcd_features.go.</summary>
internal static class FeatureGates
{
    private static readonly Dictionary<string, (bool Default, string Stage)> Known = new(StringComparer.Ordinal)
    {
        ["AllAlpha"] = (false, ""),
        ["AllBeta"] = (false, ""),
        ["StopGRPCServiceOnDefrag"] = (false, "AllAlpha"),
        ["InitialCorruptCheck"] = (false, "AllAlpha"),
        ["CompactHashCheck"] = (false, "AllAlpha"),
        ["TxnModeWriteWithSharedBuffer"] = (true, "AllBeta"),
        ["LeaseCheckpoint"] = (false, "AllAlpha"),
        ["LeaseCheckpointPersist"] = (false, "AllAlpha"),
        ["SetMemberLocalAddr"] = (false, "AllAlpha"),
    };

    /// <summary>Parses <c>A=true,B=false</c> into the state of every known gate.</summary>
    /// <exception cref="FlagValueException">Unknown gate or bad value, with etcd's text.</exception>
    public static IReadOnlyDictionary<string, bool> Parse(string text)
    {
        var given = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = pair.IndexOf('=');
            var name = equals < 0 ? pair : pair[..equals].Trim();
            if (equals < 0)
            {
                throw new FlagValueException($"missing bool value for {name}");
            }

            var value = pair[(equals + 1)..].Trim();
            if (!GoBool.TryParse(value, out var enabled))
            {
                throw new FlagValueException(
                    $"invalid value of {name}={value}, err: strconv.ParseBool: parsing \"{value}\": invalid syntax");
            }

            if (!Known.ContainsKey(name))
            {
                throw new FlagValueException($"unrecognized feature gate: {name}");
            }

            given[name] = enabled;
        }

        return Known.ToDictionary(
            gate => gate.Key,
            gate => given.TryGetValue(gate.Key, out var value)
                ? value
                : gate.Value.Default || (gate.Value.Stage.Length > 0 && given.GetValueOrDefault(gate.Value.Stage)),
            StringComparer.Ordinal);
    }

    /// <summary>The same of all flags together: the old flags for single gates count too.</summary>
    public static IReadOnlyDictionary<string, bool> Of(FlagValues values)
    {
        var gates = new Dictionary<string, bool>(Parse(values.Text("feature-gates")), StringComparer.Ordinal);
        foreach (var flag in FlagTable.All)
        {
            if (flag.ReplacedBy.StartsWith("gate:", StringComparison.Ordinal) && values.IsGiven(flag.Name))
            {
                gates[flag.ReplacedBy["gate:".Length..]] = values.Bool(flag.Name);
            }
        }

        return gates;
    }

    /// <summary>The gates as the metrics page shows them.</summary>
    public static IEnumerable<FeatureGate> Shown(IReadOnlyDictionary<string, bool> gates) =>
        Known.Select(gate => new FeatureGate(
            gate.Key,
            gate.Key == "AllBeta" || gate.Value.Stage == "AllBeta" ? "BETA" : "ALPHA",
            gates.GetValueOrDefault(gate.Key)));
}
