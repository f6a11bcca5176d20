using System.Text;
using Cim.Generators.Naming;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>Writes the nested type that holds what a run returned.</summary>
internal static class OutputsWriter
{
    public static string Write(ModelSignature signature, ClassNames names)
    {
        StringBuilder fields = new(), parameters = new(), assignments = new(), properties = new();
        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            TensorSignature tensor = signature.Outputs[i];
            string property = Identifiers.Escape(names.OutputProperties[i]);
            string type = TypeOf(tensor.ElementType);
            fields.Append($"        private readonly {type}[]? __output{i};\n");
            parameters.Append($", float[] __output{i}");
            assignments.Append($"            this.__output{i} = {Converted($"__output{i}", type)};\n");
            properties.Append($$"""

                        /// <summary>The output <c>{{ClassWriter.Xml(tensor.Name)}}</c>, {{tensor.ShapeText}}, sample after sample.</summary>
                        public global::System.ReadOnlySpan<{{type}}> {{property}} => __output{{i}};

                """.Replace("\r\n", "\n"));
        }
        return $$"""
                /// <summary>The outputs of one run. Owns its memory: it stays valid whatever runs later.</summary>
                public readonly struct {{names.OutputsType}}
                {
            {{fields}}
                    internal {{names.OutputsType}}(int count{{parameters}})
                    {
                        Count = count;
            {{assignments}}        }

                    /// <summary>How many samples were run.</summary>
                    public int Count { get; }
            {{properties}}    }

            """;
    }

    /// <summary>The type of an output in the program: integers and truth values of the graph stay what they are.</summary>
    private static string TypeOf(string elementType) => elementType switch
    {
        "int64" or "uint32" or "uint64" => "long",
        "int32" or "int16" or "uint16" => "int",
        "uint8" => "byte",
        "int8" => "sbyte",
        "bool" => "bool",
        _ => "float",
    };

    // The runtime gives no integer that a float does not hold exactly.
    private static string Converted(string array, string type) => type switch
    {
        "float" => array,
        "bool" => $"global::System.Array.ConvertAll({array}, static v => v != 0f)",
        _ => $"global::System.Array.ConvertAll({array}, static v => ({type})v)",
    };
}
