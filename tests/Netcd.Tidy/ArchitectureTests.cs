using System.Text.RegularExpressions;

namespace Netcd.Tidy;

/// <summary>The map in ARCHITECTURE.md is the one that the projects follow.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]?> Allowed = ReadTable();

    public static TheoryData<string> Projects() =>
        [.. Checkout.Files.Where(file => ProjectFile().IsMatch(file)).Select(file => file.Split('/')[1])];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_refers_only_to_what_the_map_allows(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} is not in the map of ARCHITECTURE.md");
        var text = Checkout.Text($"src/{project}/{project}.csproj");
        foreach (Match reference in Reference().Matches(text))
        {
            var target = reference.Groups[1].Value;
            Assert.True(
                Allowed[project] is null || Allowed[project]!.Contains(target, StringComparer.Ordinal),
                $"{project} refers to {target}");
        }
    }

    [Fact]
    public void Map_names_no_project_that_does_not_exist() =>
        Assert.Empty(Allowed.Keys.Where(project =>
            !File.Exists(Path.Combine(Checkout.Root, "src", project, project + ".csproj"))));

    // Null: may refer to everything.
    private static Dictionary<string, string[]?> ReadTable()
    {
        var table = new Dictionary<string, string[]?>(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(Checkout.Text("ARCHITECTURE.md")))
        {
            var cell = row.Groups[2].Value.Trim();
            table[row.Groups[1].Value] = cell switch
            {
                "nothing" => [],
                "all above" => null,
                _ => [.. cell.Split(", ").Select(name => "Netcd." + name)],
            };
        }

        return table;
    }

    [GeneratedRegex(@"^\| `(Netcd\.[\w.]+)` \|[^|]*\|([^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("""<ProjectReference Include="[^"]*/([\w.]+)\.csproj""")]
    private static partial Regex Reference();

    [GeneratedRegex(@"^src/(Netcd\.[\w.]+)/\1\.csproj$(?<!Tests\.csproj)")]
    private static partial Regex ProjectFile();
}
