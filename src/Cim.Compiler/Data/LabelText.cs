using System;
using System.Collections.Generic;
using System.Linq;

namespace Cim.Compiler.Data;

/// <summary>
/// The text of a file with the names of classes: one a line, in the order of the scores. The build task reads the same source, so
/// that an editor shows what the compiler would.
/// </summary>
internal static class LabelText
{
    /// <summary>The names, or the first line that is wrong and why.</summary>
    public static (string[] Labels, int Line, string? Problem) Parse(string text)
    {
        string[] lines = [.. text.Split('\n').Select(line => line.Trim())];
        int count = lines.Length;
        if (count > 0 && lines[count - 1].Length == 0) count--; // The file ends with a line feed.
        if (count == 0) return ([], 1, "There is no label in it; write one a line, in the order of the scores.");
        Dictionary<string, int> seen = new(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            if (lines[i].Length == 0) return ([], i + 1, "The line is empty; every line is the label of one class.");
            if (lines[i].Any(char.IsControl))
                return ([], i + 1, "The line has a control character, so this is no text; write one label a line.");
            if (seen.TryGetValue(lines[i], out int first))
                return ([], i + 1, $"The label '{lines[i]}' stands in line {first} already; classes need names that differ.");
            seen.Add(lines[i], i + 1);
        }
        return ([.. lines.Take(count)], 0, null);
    }

    /// <summary>The line to point at and what is wrong if no output has as many classes as there are labels.</summary>
    /// <param name="labels">How many labels there are.</param>
    /// <param name="outputs">The outputs that are scores of classes, with the number of classes.</param>
    public static (int Line, string? Problem) Check(int labels, IReadOnlyList<(string Name, int Classes)> outputs)
    {
        if (outputs.Any(output => output.Classes == labels)) return (0, null);
        string count = labels == 1 ? "There is 1 label" : $"There are {labels} labels";
        if (outputs.Count == 0)
            return (1, $"{count}, but no output of the model is a vector of scores, one a class; leave the labels out.");
        int nearest = outputs.OrderBy(output => Math.Abs(output.Classes - labels)).First().Classes;
        string classes = string.Join(", ", outputs.Select(output => $"output '{output.Name}' has {output.Classes} classes"));
        return (nearest < labels ? nearest + 1 : labels, $"{count}, but {classes}; write one label for every class.");
    }
}
