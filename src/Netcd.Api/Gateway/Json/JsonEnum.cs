using System.Text;
using Google.Protobuf.Reflection;

namespace Netcd.Api.Gateway.Json;

/// <summary>The names of an enum's values.</summary>
internal sealed class JsonEnum
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, byte[]> _names = [];

    public JsonEnum(EnumDescriptor descriptor)
    {
        foreach (var value in descriptor.Values)
        {
            _numbers.Add(value.Name, value.Number);
            _names.Add(value.Number, Encoding.UTF8.GetBytes($"\"{value.Name}\""));
        }
    }

    public bool TryGetNumber(string name, out int number) => _numbers.TryGetValue(name, out number);

    /// <summary>The name in quotes, null for a number without one.</summary>
    public byte[]? NameOf(int number) => _names.GetValueOrDefault(number);
}
