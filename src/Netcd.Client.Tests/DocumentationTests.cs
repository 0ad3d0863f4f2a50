using System.Xml.Linq;

namespace Netcd.Client.Tests;

/// <summary>The library is for others: every public type shows how it is used.</summary>
public sealed class DocumentationTests
{
    public static TheoryData<string> PublicTypes =>
        [.. typeof(EtcdClient).Assembly.GetExportedTypes().Select(type => type.FullName ?? type.Name)];

    [Theory]
    [MemberData(nameof(PublicTypes))]
    public void Public_type_has_an_example(string type)
    {
        var file = Path.ChangeExtension(typeof(EtcdClient).Assembly.Location, ".xml");
        var member = XDocument.Load(file).Descendants("member")
            .Single(one => one.Attribute("name")?.Value == $"T:{type}");
        Assert.NotEmpty(member.Elements("example").Elements("code"));
    }
}
