using System.Text.Json;
using Netcd.CommandLine.Output;

namespace Netcd.Proxy.Cluster;

/// <summary>
/// What a registered endpoint's key holds (client/v3/naming/endpoints/internal/update.go):
/// <c>{"Op":0,"Addr":"127.0.0.1:23790","Metadata":"{\"name\":\"host\"}"}</c>.
/// </summary>
internal readonly record struct Registration(string Address, string Metadata)
{
    public string Encode() => new GoJsonWriter().BeginObject()
        .Name("Op").Number(0L)
        .Name("Addr").String(Address)
        .Name("Metadata").String(Metadata)
        .EndObject().ToString();

    public static bool TryDecode(ReadOnlyMemory<byte> value, out Registration registration)
    {
        registration = default;
        try
        {
            using var json = JsonDocument.Parse(value);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            registration = new Registration(TextOf(root, "Addr"), TextOf(root, "Metadata"));
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Metadata may be any value; what is no string is shown as Go shows it, which no name is read from.
    private static string TextOf(JsonElement root, string name) =>
        root.TryGetProperty(name, out var found)
            ? found.ValueKind == JsonValueKind.String ? found.GetString() ?? "" : found.ToString()
            : "";
}
