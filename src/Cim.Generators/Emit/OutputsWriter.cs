using System.Text;
using Cim.Generators.Naming;
using Cim.Generators.Signature;

namespace Cim.Generators.Emit;

/// <summary>Writes the nested type that holds what a run returned.</summary>
internal static class OutputsWriter
{
    public static string Write(ModelSignature signature, ClassNames names)
    {
        StringBuilder fields = new(), arrays = new(), ones = new(), assignments = new(), members = new();
        for (int i = 0; i < signature.Outputs.Count; i++)
        {
            TensorSignature tensor = signature.Outputs[i];
            string type = tensor.CSharpType;
            fields.Append($"        private readonly {type}[]? __output{i};\n        internal readonly int __length{i};\n");
            arrays.Append($", {type}[] __output{i}");
            ones.Append($", int __length{i}");
            assignments.Append($"            this.__output{i} = __output{i};\n");
            // An output that does not carry the batch has as many values for any number of samples.
            assignments.Append($"            this.__length{i} = ")
                .Append($"__output{i}.Length == __length{i} ? __length{i} : __output{i}.Length / count;\n");
            members.Append($$"""

                        /// <summary>{{Documentation.Output(tensor)}}, sample after sample.</summary>
                        public global::System.ReadOnlySpan<{{type}}> {{Identifiers.Escape(names.OutputProperties[i])}} => __output{{i}};

                """);
            if (names.TopMethods[i].Length > 0) members.Append(Top(tensor, names, names.TopMethods[i]));
        }
        return $$"""
                /// <summary>The outputs of one run. Owns its memory: it stays valid whatever runs later.</summary>
                {{ClassWriter.GeneratedCode}}
                public readonly struct {{names.OutputsType}}
                {
            {{fields}}
                    internal {{names.OutputsType}}(int count{{arrays}}{{ones}})
                    {
                        Count = count;
            {{assignments}}        }

                    /// <summary>How many samples were run.</summary>
                    public int Count { get; }

                    /// <summary>The outputs of one sample.</summary>
                    /// <param name="index">The sample, from 0 to <see cref="Count"/> - 1.</param>
                    public {{names.SampleType}} this[int index]
                    {
                        get
                        {
                            if ((uint)index >= (uint)Count) throw new global::System.ArgumentOutOfRangeException(nameof(index));
                            return new {{names.SampleType}}(this, index);
                        }
                    }
            {{members}}    }

            """.Replace("\r\n", "\n");
    }

    private static string Top(TensorSignature tensor, ClassNames names, string method) => $$"""

                /// <summary>
                /// The classes with the largest scores <c>{{Documentation.Xml(tensor.Name)}}</c>, the largest first, of a run of one
                /// sample.
                /// </summary>
                /// <param name="count">How many; at most all {{tensor.Classes}}.</param>
                /// <exception cref="global::System.InvalidOperationException">There are several samples.</exception>
                public global::Cim.Runtime.Prediction[] {{method}}(int count) => Count == 1 ? this[0].{{method}}(count)
                    : throw new global::System.InvalidOperationException(
                        "These are the outputs of " + Count + " samples; ask one of them: outputs[i].{{method}}(k).");

        """.Replace("\r\n", "\n");
}
