"""`runner=spark`: Apache Spark 3, through Beam's job server for it, which is a jar."""

from pipelines.runners.java import JavaEngineConfig


class SparkConfig(JavaEngineConfig):
    """`master`: spark://host:port, or local[N] for N threads inside the job server."""

    def engine_options(self) -> dict[str, str]:
        return {
            "runner": "SparkRunner",
            "spark_master_url": self.master,
            "spark_job_server_jar": self.jar,
        }
