using System.Text.Json;
using Netcd.CommandLine.Output;

namespace Netcd.Proxy.Cluster;

/// <summary>A proxy's name, and how it stands in its registration (register.go, meta).</summary>
internal static class ProxyName
{
    public static string OfThisHost { get; } = Environment.MachineName;

    public static string Encode(string name) =>
        new GoJsonWriter().BeginObject().Name("name").String(name).EndObject().ToString();

    /// <summary>The name in the metadata of a registration; false if that is no JSON object with one.</summary>
    public static bool TryDecode(string metadata, out string name)
    {
        name = "";
        try
        {
            using var json = JsonDocument.Parse(metadata);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            name = json.RootElement.TryGetProperty("name", out var found) && found.ValueKind == JsonValueKind.String
                ? found.GetString() ?? ""
                : "";
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
