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
            fields.Append($"        private readonly float[]? __output{i};\n");
            parameters.Append($", float[] __output{i}");
            assignments.Append($"            this.__output{i} = __output{i};\n");
            properties.Append($$"""

                        /// <summary>The output <c>{{ClassWriter.Xml(tensor.Name)}}</c>, {{tensor.ShapeText}}, sample after sample.</summary>
                        public global::System.ReadOnlySpan<float> {{property}} => __output{{i}};

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
}
