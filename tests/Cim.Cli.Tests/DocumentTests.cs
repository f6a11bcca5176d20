using System.CommandLine;
using System.Text.RegularExpressions;
using Cim.Cli.Invocation;
using Cim.Cli.Options;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>The documents: every page is found from the README, and every command in them is one.</summary>
public sealed partial class DocumentTests
{
    private static readonly string _root = Root();

    private static IEnumerable<string> Pages => [
        Path.Combine(_root, "README.md"), .. Directory.EnumerateFiles(Path.Combine(_root, "docs"), "*.md"),
        .. Directory.EnumerateFiles(Path.Combine(_root, "samples"), "README.md", SearchOption.AllDirectories),
        Path.Combine(_root, "src", "Cim.Cli", "README.md"), Path.Combine(_root, "src", "Cim.Templates", "README.md")];

    [Fact]
    public void Every_page_is_reached_from_the_README()
    {
        HashSet<string> seen = [];
        Queue<string> left = new([Path.Combine(_root, "README.md")]);
        while (left.TryDequeue(out string? page))
        {
            if (!seen.Add(page)) continue;
            foreach (Match link in Link().Matches(File.ReadAllText(page)))
            {
                string target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, link.Groups[1].Value));
                Assert.True(File.Exists(target) || Directory.Exists(target), $"{Path.GetFileName(page)} links to {link.Groups[1].Value}");
                if (target.EndsWith(".md", StringComparison.Ordinal)) left.Enqueue(target);
            }
        }

        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_root, "docs"), "*.md").Except(seen).Select(Path.GetFileName));
    }

    [Fact]
    public void Every_command_in_a_fenced_block_is_understood()
    {
        List<string> wrong = [];
        int read = 0;
        foreach (string page in Pages)
            foreach (string line in Commands(File.ReadAllText(page)))
            {
                read++;
                ParseResult parsed = CimApplication.Parse([.. Words(line).Skip(1)]);
                string[] problems = [
                    .. parsed.Errors.Select(e => e.Message), .. OptionRules.Problems(parsed).Select(p => p.Message.ToString())];
                if (problems.Length > 0) wrong.Add($"{Path.GetFileName(page)}: {line}: {problems[0]}");
            }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(read, 40, int.MaxValue);
    }

    /// <summary>Lines that start with the command; those with optional or left-out parts are forms, not commands.</summary>
    private static IEnumerable<string> Commands(string page)
    {
        bool isFenced = false;
        string before = "";
        foreach (string line in page.Split('\n'))
        {
            if (line.StartsWith("```", StringComparison.Ordinal)) isFenced = !isFenced;
            string command = before + (isFenced || line.StartsWith("    ", StringComparison.Ordinal) ? line.Trim() : "");
            before = "";
            if (!command.StartsWith("cim ", StringComparison.Ordinal)) continue;
            if (command.EndsWith('\\'))
            {
                before = command.TrimEnd('\\');
                continue;
            }

            // What follows is another program's, a comment, or the place of an output.
            command = Regex.Split(command, @"\s(\||&&|>|2>|#)(\s|$)")[0];
            if (!Form().IsMatch(command)) yield return command;
        }
    }

    private static IEnumerable<string> Words(string line) =>
        Word().Matches(line).Select(m => m.Value.Trim('\'', '"'));

    private static string Root()
    {
        DirectoryInfo d = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent!;
        return d.FullName;
    }

    [GeneratedRegex(@"\]\((?!\w+://)([^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[\[\]<>…]|\.\.\.|\b[A-Z]{3,}\b|(?<=\s)[A-Z](?=\s|$)|\bbash\|")]
    private static partial Regex Form();

    [GeneratedRegex("""'[^']*'|"[^"]*"|\S+""")]
    private static partial Regex Word();
}
