using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Data;

/// <summary>The names of a network's classes, from a text file.</summary>
internal static class ClassLabels
{
    /// <summary>Reads the file and compares it with the outputs of the network.</summary>
    /// <exception cref="CimException">CIM0001: it cannot be read; CIM0015: a line is wrong, or their number.</exception>
    public static ImmutableArray<string> Read(string path, Graph graph)
    {
        string text = InputFile.ReadText(path, "labels", ErrorCodes.InvalidClassNames);
        (string[] labels, int line, string? problem) = LabelText.Parse(text);
        if (problem is null) (line, problem) = LabelText.Check(labels.Length, [.. Scores(graph)]);
        if (problem is not null) throw new CimException(ErrorCodes.InvalidClassNames, problem) { File = path, Line = line };
        return [.. labels];
    }

    private static IEnumerable<(string Name, int Classes)> Scores(Graph graph) =>
        from name in graph.Outputs
        let classes = new TensorDescription(name, graph.Values[name].Type, graph.Values[name].Shape.Dims).Classes
        where classes > 0
        select (name, classes);
}
